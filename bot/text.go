package bot

import (
	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/internal/say"
)

// text is a sentence of this door, its {name} placeholders filled from pairs.
// What comes from outside must have gone through code before.
func text(lang, key string, pairs ...string) string {
	return say.Fill(texts[key].In(lang), pairs...)
}

// texts are the words that only chat says; those shared with the portal are in
// package say. French has its narrow no-break spaces in place.
var texts = map[string]desk.Text{
	"field.change":  {FR: "Avant → après", EN: "Before → after"},
	"field.suspect": {FR: "À vérifier", EN: "To check"},
	"field.cost":    {FR: "Par mois", EN: "Per month"},
	"field.held":    {FR: "Libère", EN: "Releases"},
	"field.amended": {FR: "Modifiée par", EN: "Changed by"},
	"field.votes":   {FR: "Accords", EN: "Approvals"},
	"field.decided": {FR: "Décision", EN: "Decision"},
	"field.digest":  {FR: "Empreinte", EN: "Fingerprint"},
	"field.typed":   {FR: "À taper", EN: "To type"},

	// Sentences and what they are answered.
	"field.command":    {FR: "Commande", EN: "Command"},
	"near":             {FR: "Vouliez-vous dire\u202f: {accounts}\u202f?", EN: "Did you mean: {accounts}?"},
	"field.approval":   {FR: "Accord", EN: "Approval"},
	"field.alike":      {FR: "Semblables, à valider ensemble", EN: "Alike, to approve together"},
	"typed.approve":    {FR: "valider", EN: "approve"},
	"field.type":       {FR: "Pour confirmer", EN: "To confirm"},
	"field.exchanges":  {FR: "Questions", EN: "Questions"},
	"typed.text":       {FR: "texte…", EN: "text…"},
	"wish.line":        {FR: "À confirmer\u202f: {summary}", EN: "To confirm: {summary}"},
	"wish.batch":       {FR: "{n} changements", EN: "{n} changes"},
	"wish.yes":         {FR: "Rien n'est fait encore. Répondez «\u202foui\u202f» ou «\u202fnon\u202f»\u202f; valable jusqu'au {until}.", EN: "Nothing is done yet. Answer \"yes\" or \"no\"; valid until {until}."},
	"wish.until":       {FR: "Rien n'est fait encore. Valable jusqu'au {until}\u202f; «\u202fnon\u202f» pour renoncer.", EN: "Nothing is done yet. Valid until {until}; \"no\" to give up."},
	"wish.type":        {FR: "Cela retire quelque chose\u202f: pour confirmer, tapez {addresses}", EN: "This takes something away: to confirm, type {addresses}"},
	"wish.nobody":      {FR: "aucun n'est nécessaire\u202f: ce sera fait tout de suite", EN: "none is needed: it will be done at once"},
	"wish.confirm":     {FR: "Confirmer", EN: "Confirm"},
	"wish.cancel":      {FR: "Renoncer", EN: "Cancel"},
	"wish.cancelled":   {FR: "D'accord, je n'ai rien fait.", EN: "All right, I did nothing."},
	"wish.denied":      {FR: "les règles ne le permettent pas\u202f: {rule}", EN: "the rules do not allow it: {rule}"},
	"wish.refused":     {FR: "Rien n'a été fait, car ceci ne peut pas l'être\u202f:", EN: "Nothing was done, for this cannot be:"},
	"wish.many":        {FR: "C'est trop à la fois\u202f: {n} changements au plus par phrase. L'import du portail en prend davantage.", EN: "That is too much at once: at most {n} changes a sentence. The import of the portal takes more."},
	"forgotten":        {FR: "Je n'attends pas de réponse ici, ou je ne sais plus à quoi\u202f: le délai est passé, ou j'ai redémarré. Rien n'a été fait\u202f; redemandez en une phrase.", EN: "I wait for no answer here, or no longer know to what: the time is over, or I have restarted. Nothing was done; ask again in one sentence."},
	"ask.so.far":       {FR: "Compris jusqu'ici\u202f: {frame}", EN: "Understood so far: {frame}"},
	"ask.until":        {FR: "Répondez ici dans les dix minutes\u202f; «\u202fnon\u202f» pour renoncer.", EN: "Answer here within ten minutes; \"no\" to give up."},
	"choose.meant":     {FR: "Vouliez-vous dire\u202f:", EN: "Did you mean:"},
	"choose.person":    {FR: "Plusieurs comptes répondent à {name}. Lequel\u202f?", EN: "Several accounts answer to {name}. Which one?"},
	"choose.number":    {FR: "Répondez par le numéro\u202f; «\u202fnon\u202f» pour renoncer.", EN: "Answer by the number; \"no\" to give up."},
	"free":             {FR: "L'adresse {address} est libre.", EN: "The address {address} is free."},
	"overheard":        {FR: "Je vous réponds en message direct.", EN: "I answer you in a direct message."},
	"overheard.asked":  {FR: "Vous m'avez écrit dans un canal\u202f: {text}", EN: "You wrote to me in a channel: {text}"},
	"questioned":       {FR: "Votre question sur {id} est transmise. Vous serez prévenu de la réponse.", EN: "Your question about {id} is passed on. You will be told the answer."},
	"answered":         {FR: "Votre réponse sur {id} est transmise aux personnes qui décident.", EN: "Your answer about {id} is passed on to those who decide."},
	"rung.question":    {FR: "{who} vous demande, avant de décider de {id}\u202f: {text}\nPour répondre\u202f: {command}", EN: "{who} asks you, before deciding on {id}: {text}\nTo answer: {command}"},
	"rung.answer":      {FR: "{who} a répondu sur {id}\u202f: {text}", EN: "{who} answered about {id}: {text}"},
	"rung.amended":     {FR: "{id} a été modifiée par {who}\u202f: {action}. Les accords donnés ne comptent plus\u202f; relisez-la.", EN: "{id} was changed by {who}: {action}. Approvals given no longer count; read it again."},
	"field.portal":     {FR: "À valider dans le portail", EN: "To approve in the portal"},
	"form.guide":       {FR: "Mélusine", EN: "Mélusine"},
	"form.fill":        {FR: "Mélusine", EN: "Mélusine"},
	"form.ask":         {FR: "Poser une question", EN: "Ask a question"},
	"form.answer":      {FR: "Répondre", EN: "Answer"},
	"form.send":        {FR: "Envoyer", EN: "Send"},
	"form.next":        {FR: "Suite", EN: "Next"},
	"form.verb":        {FR: "Que voulez-vous faire\u202f?", EN: "What do you want?"},
	"form.text":        {FR: "Votre texte", EN: "Your text"},
	"form.guide.intro": {FR: "Un changement vous est montré avant d'être fait. Tout peut aussi se taper\u202f: {command}", EN: "A change is shown to you before it is done. All can be typed as well: {command}"},
	"form.opened":      {FR: "Le formulaire est ouvert. Vous pouvez aussi écrire une phrase, ou voir les commandes\u202f: {command}", EN: "The form is open. You may also write a sentence, or see the commands: {command}"},
	"form.typed":       {FR: "Tapez ici\u202f: {command}", EN: "Type here: {command}"},
	"footer.undo":      {FR: "Vous pouvez revenir en arrière pendant dix minutes\u202f; au clavier\u202f: défaire {id}.", EN: "You can take this back for ten minutes; by keyboard: undo {id}."},
	"refused.notyours": {
		FR: "Cette confirmation n'est pas la vôtre, elle est ignorée.",
		EN: "This confirmation is not yours, so it is ignored.",
	},
	"refused.overdue": {
		FR: "Cette confirmation a plus d'un quart d'heure. Rien n'a été fait\u202f; redemandez.",
		EN: "This confirmation is more than a quarter of an hour old. Nothing was done; ask again.",
	},

	"footer.buttons": {
		FR: "Le bouton Refuser n'envoie pas de motif\u202f; la commande tapée peut en donner un.",
		EN: "The Refuse button sends no reason; the typed command can give one.",
	},
	"footer.review": {
		FR: "«\u202fLever le verrou\u202f» défait ce qui a été fait à l'instant\u202f; la commande tapée peut en donner le motif.",
		EN: "“Lift the lock” takes back what was done at once; the typed command can give the reason.",
	},
	"typed.reason": {FR: "motif…", EN: "reason…"},
	"typed.value":  {FR: "valeur…", EN: "value…"},

	"change.add":    {FR: "adresse libre → alias de {account}", EN: "free address → alias of {account}"},
	"change.remove": {FR: "alias de {account} → adresse qui n'existe plus", EN: "alias of {account} → address that no longer exists"},
	"change.quota":  {FR: "{old} → {new} ({used} utilisés)", EN: "{old} → {new} ({used} used)"},

	"account.line":     {FR: "Fiche de {account}", EN: "Account {account}"},
	"account.free":     {FR: "{used}, sans limite", EN: "{used}, no limit"},
	"account.none":     {FR: "personne", EN: "nobody"},
	"account.never":    {FR: "jamais", EN: "never"},
	"account.as.of":    {FR: "Lu sur Partage le {when}", EN: "Read from Partage on {when}"},
	"history.line":     {FR: "Historique de {target}", EN: "History of {target}"},
	"list.mine":        {FR: "Vos demandes", EN: "Your requests"},
	"list.pending":     {FR: "Demandes qui attendent votre accord", EN: "Requests that wait for your approval"},
	"list.all":         {FR: "Demandes que vous pouvez voir", EN: "Requests that you may see"},
	"field.difference": {FR: "Ce que cela changerait", EN: "What it would change"},
	"difference.more":  {FR: "et {n} de plus", EN: "and {n} more"},
	"difference.page":  {FR: "Le texte et la différence sont sur la page de la demande, dans le portail.", EN: "The text and the difference are on the page of the request, in the portal."},
	"held.more":        {FR: "et {n} de plus\u202f: la page Sûreté du portail les montre toutes", EN: "and {n} more: the Safety page of the portal shows them all"},
	"list.more":        {FR: "et d'autres encore\u202f: seules les {n} premières sont montrées", EN: "and more: only the first {n} are shown"},
	"help.line":        {FR: "Voici ce que vous pouvez me demander, ici ou en message direct", EN: "What you can ask me, here or in a direct message"},
	"help.about":       {FR: "Écrivez aussi une phrase\u202f: tout changement vous est montré, puis soumis aux règles, avant d'être fait. Un seul sujet\u202f: {command}", EN: "Or write a sentence: every change is shown to you, then goes through the rules, before it is done. One topic: {command}"},
	"help.example":     {FR: "Pour la liste des commandes\u202f: {command}", EN: "For the list of commands: {command}"},
	"field.plan":       {FR: "Ce qui serait réparé", EN: "What would be repaired"},
	"field.progress":   {FR: "Avancement", EN: "Progress"},
	"drift.line":       {FR: "Écarts : {n}, dont {repairable} qu'une action répare", EN: "Differences: {n}, of which an action repairs {repairable}"},
	"drift.none":       {FR: "Aucun écart entre l'annuaire, Partage et le journal", EN: "No difference between the directory, Partage and the journal"},
	"drift.cause":      {FR: "{gap} : {n} ({code}), par exemple {example}", EN: "{gap}: {n} ({code}), for example {example}"},
	"drift.trend":      {FR: "Évolution", EN: "Trend"},
	"figures.line":     {FR: "Tableau de bord", EN: "Dashboard"},
	"figures.accounts": {FR: "Comptes", EN: "Accounts"},
	"figures.people":   {FR: "Personnes", EN: "People"},
	"figures.storage":  {FR: "Stockage", EN: "Storage"},
	"figures.cost":     {FR: "Coût mensuel", EN: "Monthly cost"},
	"figures.restored": {FR: "Comptes restaurés", EN: "Restored accounts"},
	"figures.requests": {FR: "Demandes en cours", EN: "Requests under way"},
	"figures.rights":   {FR: "Correspondants", EN: "Correspondents"},
	"figures.of":       {FR: "{used} sur {bought}", EN: "{used} of {bought}"},
	"figures.gap":      {FR: "{population} : {partage} sur Partage, {directory} dans l'annuaire, écart {gap}", EN: "{population}: {partage} on Partage, {directory} in the directory, difference {gap}"},
	"figures.age":      {FR: "{state} : {n}, dont la moitié depuis moins de {p50}, neuf sur dix moins de {p90}", EN: "{state}: {n}, half of them for less than {p50}, nine in ten less than {p90}"},
	"figures.thin":     {FR: "{n} correspondants ; {thin} domaines en ont moins de deux", EN: "{n} correspondents; {thin} domains have fewer than two"},
	"whole.line":       {FR: "Compte {account}, toutes sources : différences : {n}", EN: "Account {account}, all sources: differences: {n}"},
	"whole.side":       {FR: "{name} · {said} · {equality}", EN: "{name} · {said} · {equality}"},
	"whole.requests":   {FR: "Demandes", EN: "Requests"},
	"whole.rights":     {FR: "Peuvent agir", EN: "May act"},
	"rights.line":      {FR: "Délégations", EN: "Delegations"},
	"rights.none":      {FR: "Aucune que vous puissiez voir.", EN: "None that you may see."},
	"rights.ended":     {FR: "a pris fin le {when}", EN: "ended on {when}"},
	"rights.deputy":    {FR: "suppléance : {name}, {dates}", EN: "deputy: {name}, {dates}"},
	"rights.owner":     {FR: "Vos droits de correspondant ont changé. {outcome}", EN: "Your rights as a correspondent have changed. {outcome}"},
	"field.right":      {FR: "Délégation", EN: "Delegation"},
	"owner.line":       {FR: "Votre compte de messagerie a changé. {outcome}", EN: "Your mail account has changed. {outcome}"},

	"ends.line":        {FR: "Une de vos adresses prend fin bientôt. {line}", EN: "One of your addresses ends soon. {line}"},
	"ends.text":        {FR: "{what} Le prolonger suffit, aussi après.", EN: "{what} Renewing is enough, afterwards too."},
	"ends.account":     {FR: "Le compte {what} dure jusqu'au {day} compris. Il sera ensuite verrouillé, puis supprimé.", EN: "The account {what} lasts until {day} included. It will then be locked, and later deleted."},
	"ends.alias":       {FR: "L'alias {what} dure jusqu'au {day} compris. Il sera ensuite retiré, et gardé en quarantaine.", EN: "The alias {what} lasts until {day} included. It will then be removed, and kept in quarantine."},
	"register.title":   {FR: "Registre", EN: "Register"},
	"remind.line":      {FR: "Votre décision est attendue. {line}", EN: "Your decision is awaited. {line}"},
	"remind.thread":    {FR: "Échéance passée\u202f: les personnes qui peuvent décider viennent d'être relancées.", EN: "The deadline has passed: those who may decide have just been reminded."},
	"escalated.line":   {FR: "Cette demande reste sans réponse. {line}", EN: "This request is still not answered. {line}"},
	"escalated.thread": {FR: "Toujours sans réponse\u202f: d'autres personnes viennent d'être prévenues.", EN: "Still no answer: others have just been told."},
	"digest.one":       {FR: "Une demande attend votre décision", EN: "One request waits for your decision"},
	"digest.many":      {FR: "{n} demandes attendent votre décision", EN: "{n} requests wait for your decision"},
	"digest.overdue":   {FR: "⚠ échéance passée, {moment}", EN: "⚠ overdue, {moment}"},

	"voted": {
		FR: "Votre accord pour {id} est enregistré. {outcome}",
		EN: "Your approval of {id} is recorded. {outcome}",
	},
	"amended": {
		FR: "La demande est modifiée\u202f: {action}. {outcome}",
		EN: "The request is changed: {action}. {outcome}",
	},
	"bound": {
		FR: "C'est fait\u202f: ce compte est maintenant celui de {name}. Pour voir ce que je sais faire\u202f: {command}",
		EN: "Done: this account now belongs to {name}. To see what I can do: {command}",
	},
	"unbound": {
		FR: "Je ne sais pas encore qui vous êtes, donc je ne peux que vous aider à faire connaissance. Ouvrez {link}, demandez un code, puis tapez ici `/{trigger} lier CODE`.",
		EN: "I do not know yet who you are, so all I can do is help you get acquainted. Open {link}, ask for a code, then type `/{trigger} link CODE` here.",
	},
	"confidential": {
		FR: "{id}\u202f: demande confidentielle. Ceux qui peuvent en décider l'ont reçue en personne.",
		EN: "{id}: a confidential request. Those who may decide on it were told in person.",
	},
	"renew": {
		FR: "Le lien entre ce compte et vous est trop ancien, donc je ne peux rien vous montrer ni rien faire. Renouvelez-le\u202f: ouvrez {link}, demandez un code, puis tapez ici `/{trigger} lier CODE`.",
		EN: "The link between this account and you is too old, so I can show you nothing and do nothing. Renew it: open {link}, ask for a code, then type `/{trigger} link CODE` here.",
	},
	"renew.soon": {
		FR: "Le lien entre ce compte et vous prend fin le {when}. Pour le renouveler\u202f: ouvrez {link}, demandez un code, puis tapez ici `/{trigger} lier CODE`.",
		EN: "The link between this account and you ends on {when}. To renew it: open {link}, ask for a code, then type `/{trigger} link CODE` here.",
	},
	"tries": {
		FR: "Trop de codes faux depuis ce compte. Attendez dix minutes, puis demandez un nouveau code sur {link}.",
		EN: "Too many wrong codes from this account. Wait ten minutes, then ask for a new code on {link}.",
	},
	"slow": {
		FR: "La réponse tarde et je ne sais pas si c'est enregistré. Vérifiez par `/{trigger} demandes` avant de recommencer.",
		EN: "The answer is late and I do not know whether it was recorded. Check with `/{trigger} requests` before trying again.",
	},

	"refused.malformed": {
		FR: "Ce message n'a pas la forme attendue, il est ignoré. Utilisez les boutons de la carte ou tapez la commande.",
		EN: "This message does not have the expected form and is ignored. Use the card's buttons or type the command.",
	},
	"refused.token": {
		FR: "Cette commande n'est pas enregistrée auprès de Mélusine. Prévenez l'équipe de la messagerie.",
		EN: "This command is not registered with Mélusine. Please tell the mail team.",
	},
	"refused.trigger": {
		FR: "Je n'ai pas pu vérifier que cette action vient de vous, elle est ignorée. Recommencez\u202f; si cela persiste, prévenez l'équipe de la messagerie.",
		EN: "I could not verify that this action comes from you, so it is ignored. Try again; if it goes on, please tell the mail team.",
	},
	"refused.old": {
		FR: "Cette action date de plus d'une minute, elle est ignorée. Recommencez.",
		EN: "This action is more than a minute old, so it is ignored. Please do it again.",
	},
	"refused.restart": {
		FR: "Mélusine vient de redémarrer et n'a pas pris en compte cette action. Recommencez.",
		EN: "Mélusine has just restarted and did not take this action into account. Please do it again.",
	},
	"refused.replay": {
		FR: "Cette action a déjà été prise en compte une fois, elle est ignorée.",
		EN: "This action was already taken into account once, so it is ignored.",
	},
	"refused.unsigned": {
		FR: "Ce bouton n'a pas été fait par Mélusine pour ce canal, il est ignoré. Tapez la commande pour décider.",
		EN: "This button was not made by Mélusine for this channel and is ignored. Type the command to decide.",
	},
	"refused.foreign": {
		FR: "Ce message n'est pas la carte enregistrée pour cette demande. Si elle vient d'apparaître, recliquez dans un instant\u202f; sinon tapez la commande.",
		EN: "This post is not the recorded card of that request. If it has just appeared, click again in a moment; otherwise type the command.",
	},
	"refused.outdated": {
		FR: "La demande a changé depuis cette carte. Relisez-la avant de décider.",
		EN: "The request has changed since this card. Read it again before deciding.",
	},
	"refused.nobody": {
		FR: "Ce compte est désactivé ou n'est pas celui d'une personne, l'action est ignorée.",
		EN: "This account is deactivated or is not a person's, so the action is ignored.",
	},
	"refused.unreachable": {
		FR: "Mattermost ne répond pas à ma vérification. Rien n'a été décidé\u202f; recommencez dans un instant.",
		EN: "Mattermost does not answer my verification. Nothing was decided; try again in a moment.",
	},
}
