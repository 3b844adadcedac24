package bot

import (
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// text is a sentence of this door, its {name} placeholders filled from pairs.
// What comes from outside must have gone through code before.
func text(lang, key string, pairs ...string) string {
	for i := range pairs {
		if i%2 == 0 {
			pairs[i] = "{" + pairs[i] + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(texts[key].In(lang))
}

// texts are the words that only chat says; those shared with the portal are in
// package say. French has its narrow no-break spaces in place.
var texts = map[string]desk.Text{
	"field.change":  {FR: "Avant → après", EN: "Before → after"},
	"field.suspect": {FR: "À vérifier", EN: "To check"},
	"field.held":    {FR: "Libère", EN: "Releases"},
	"field.amended": {FR: "Modifiée par", EN: "Changed by"},
	"field.votes":   {FR: "Accords", EN: "Approvals"},
	"field.decided": {FR: "Décision", EN: "Decision"},
	"field.digest":  {FR: "Empreinte", EN: "Fingerprint"},
	"field.typed":   {FR: "À taper", EN: "To type"},

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
	"help.about":       {FR: "Tout changement est soumis aux règles avant d'être fait. Un seul sujet\u202f: {command}", EN: "Every change goes through the rules first. One topic: {command}"},
	"help.example":     {FR: "Pour la liste des commandes\u202f: {command}", EN: "For the list of commands: {command}"},
	"rights.line":      {FR: "Délégations", EN: "Delegations"},
	"rights.none":      {FR: "Aucune que vous puissiez voir.", EN: "None that you may see."},
	"rights.ended":     {FR: "a pris fin le {when}", EN: "ended on {when}"},
	"rights.deputy":    {FR: "suppléance : {name}, {dates}", EN: "deputy: {name}, {dates}"},
	"rights.owner":     {FR: "Vos droits de correspondant ont changé. {outcome}", EN: "Your rights as a correspondent have changed. {outcome}"},
	"field.right":      {FR: "Délégation", EN: "Delegation"},
	"owner.line":       {FR: "Votre compte de messagerie a changé. {outcome}", EN: "Your mail account has changed. {outcome}"},

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
