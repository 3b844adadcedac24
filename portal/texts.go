package portal

import (
	"slices"
	"strings"
)

// text is a text of the portal in "fr" or "en", its {name} placeholders filled
// from pairs: name, value, name, value. Spaces become the no-break ones that
// French typography wants. A key that does not exist is its own text.
func text(lang, key string, pairs ...string) string {
	t, ok := texts[key]
	if !ok {
		return key
	}
	said := french.Replace(t[0])
	if lang == "en" {
		said = t[1]
	}
	filled := slices.Clone(pairs)
	for i := 0; i < len(filled); i += 2 {
		filled[i] = "{" + filled[i] + "}"
	}
	return strings.NewReplacer(filled...).Replace(said)
}

const narrow = "\u202f" // the no-break space of French

var french = strings.NewReplacer(" ;", narrow+";", " :", narrow+":", " ?", narrow+"?", "« ", "«"+narrow, " »", narrow+"»", " %", narrow+"%")

// texts holds what only the portal says, in French and in English. Spaces are
// ordinary ones.
var texts = map[string][2]string{
	// Around every page.
	"product":       {"Adresses de messagerie", "Mail addresses"},
	"skip":          {"Aller au contenu", "Skip to content"},
	"nav":           {"Principale", "Main"},
	"nav.footer":    {"Pied de page", "Footer"},
	"waiting.count": {" à valider", " to approve"},
	"sign.in":       {"Se connecter", "Sign in"},
	"sign.out":      {"Se déconnecter", "Sign out"},
	"signed.in.as":  {"Connecté : ", "Signed in: "},
	"colon":         {" : ", ": "},
	"required":      {"obligatoire", "required"},
	"as.of":         {"Données de Partage du {moment}", "Partage data of {moment}"},
	"as.of.never":   {"Partage n'a pas encore été lu : les boîtes apparaîtront ensuite.", "Partage has not been read yet: mailboxes will appear then."},

	// Pages.
	"mine":     {"Mes adresses", "My addresses"},
	"ask":      {"Demander", "Ask"},
	"requests": {"Mes demandes", "My requests"},
	"inbox":    {"À valider", "To approve"},
	"link":     {"Lier Mattermost", "Link Mattermost"},
	"help":     {"Aide", "Help"},
	"request":  {"Demande {id}", "Request {id}"},
	"account":  {"Boîte {address}", "Mailbox {address}"},
	"choose":   {"Qui voulez-vous être ?", "Who would you like to be?"},
	"error":    {"Erreur", "Error"},

	// Sign-in.
	"choose.intro":    {"Ceci est une démonstration : les personnes, les boîtes, Partage et le chat sont simulés ; les règles, les validations et le journal sont ceux de Mélusine. Choisissez une personne. Un navigateur, une personne : pour en être deux à la fois, ouvrez une fenêtre privée.", "This is a demonstration: people, mailboxes, Partage and the chat are simulated; rules, approvals and journal are Mélusine's own. Choose somebody. One browser is one person: to be two at a time, open a private window."},
	"choose.be":       {"Être {name}", "Be {name}"},
	"signed.out":      {"Vous êtes déconnecté", "You are signed out"},
	"signed.out.rest": {"Vos autres applications restent ouvertes. Sur un poste partagé, fermez aussi le navigateur.", "Your other applications stay open. On a shared computer, close the browser too."},

	// My addresses, an account.
	"none.mine":      {"Aucune boîte Partage n'est à votre nom.", "No Partage mailbox is in your name."},
	"none.mine.help": {"Si vous en attendez une, écrivez à votre correspondant ou à l'assistance.", "If you expect one, write to your correspondent or to the help desk."},
	"primary":        {"Adresse principale", "Main address"},
	"space":          {"Espace", "Space"},
	"quota.full":     {"Cette boîte est presque pleine. À 100 %, elle ne recevra plus de messages.", "This mailbox is almost full. At 100% it stops receiving mail."},
	"more.space":     {"Demander plus d'espace", "Ask for more space"},
	"alias.ask":      {"Demander un alias", "Ask for an alias"},
	"alias.remove":   {"Retirer", "Remove"},
	"alias.of":       {" l'alias {alias}", " the alias {alias}"},
	"open.requests":  {"Demandes en cours", "Requests under way"},
	"who.touched":    {"Qui a touché à cette boîte ?", "Who has touched this mailbox?"},
	"history.intro":  {"Tout ce qui a été demandé, décidé et fait sur cette boîte, du plus récent au plus ancien.", "All that was asked, decided and done on this mailbox, newest first."},
	"status.active":  {"Active", "Active"},

	// Ask.
	"ask.which":              {"Que voulez-vous demander ?", "What would you like to ask for?"},
	"ask.alias.add":          {"Demander un alias", "Ask for an alias"},
	"ask.alias.remove":       {"Retirer un alias", "Remove an alias"},
	"ask.quota.set":          {"Modifier l'espace d'une boîte", "Change the space of a mailbox"},
	"about.alias.add":        {"Une adresse de plus, dont les messages arrivent dans une boîte qui existe.", "One more address, whose mail arrives in a mailbox that exists."},
	"about.alias.remove":     {"Les messages envoyés à cet alias n'arriveront plus.", "Mail sent to this alias will no longer arrive."},
	"about.quota.set":        {"Plus d'espace, ou moins, pour une boîte.", "More space, or less, for a mailbox."},
	"ask.others":             {"Pour les comptes dont vous vous occupez", "For the accounts that you look after"},
	"ask.account.lock":       {"Verrouiller un compte", "Lock an account"},
	"ask.account.activate":   {"Activer un compte", "Activate an account"},
	"ask.account.close":      {"Fermer un compte", "Close an account"},
	"ask.account.hide":       {"Retirer du carnet d'adresses", "Hide from the address book"},
	"ask.account.unhide":     {"Remettre dans le carnet d'adresses", "Show in the address book"},
	"ask.account.rename":     {"Changer l'adresse d'un compte", "Rename an account"},
	"ask.account.cos":        {"Changer la formule d'un compte", "Change the class of an account"},
	"ask.account.forward":    {"Régler la redirection", "Set the forwarding"},
	"ask.account.delete":     {"Supprimer un compte", "Delete an account"},
	"ask.account.restore":    {"Restaurer un compte", "Restore an account"},
	"about.account.lock":     {"Plus personne ne s'y connecte ; le courrier arrive toujours.", "Nobody signs in any more; mail still arrives."},
	"about.account.activate": {"Rouvrir une boîte verrouillée ou fermée.", "Open a mailbox that was locked or closed."},
	"about.account.close":    {"Ni connexion ni courrier ; la boîte quitte ses listes de diffusion, pour de bon.", "No sign-in, no mail; the mailbox leaves its mailing lists, for good."},
	"about.account.hide":     {"L'adresse n'apparaît plus dans le carnet ; le courrier arrive toujours.", "The address no longer appears in the book; mail still arrives."},
	"about.account.unhide":   {"L'adresse apparaît de nouveau dans le carnet de l'établissement.", "The address appears again in the book of the institution."},
	"about.account.rename":   {"Une autre adresse principale, dans le même domaine ; l'ancienne ne reçoit plus.", "Another main address, in the same domain; the old one receives nothing any more."},
	"about.account.cos":      {"La formule (COS) donne l'espace et les services d'une boîte.", "The class of service (COS) gives a mailbox its space and services."},
	"about.account.forward":  {"Envoyer une copie des messages à une autre adresse, ou cesser de le faire.", "Send a copy of messages to another address, or stop doing so."},
	"about.account.delete":   {"La boîte est mise de côté, sans rien effacer ; elle peut revenir pendant 30 jours.", "The mailbox is put aside, nothing is erased; it can come back for 30 days."},
	"about.account.restore":  {"Faire revenir une boîte supprimée, par l'adresse qu'elle avait.", "Bring a deleted mailbox back, by the address that it had."},
	"wrong.account.lock":     {"Erreur : Verrouiller un compte", "Error: Lock an account"},
	"wrong.account.activate": {"Erreur : Activer un compte", "Error: Activate an account"},
	"wrong.account.close":    {"Erreur : Fermer un compte", "Error: Close an account"},
	"wrong.account.hide":     {"Erreur : Retirer du carnet d'adresses", "Error: Hide from the address book"},
	"wrong.account.unhide":   {"Erreur : Remettre dans le carnet d'adresses", "Error: Show in the address book"},
	"wrong.account.rename":   {"Erreur : Changer l'adresse d'un compte", "Error: Rename an account"},
	"wrong.account.cos":      {"Erreur : Changer la formule d'un compte", "Error: Change the class of an account"},
	"wrong.account.forward":  {"Erreur : Régler la redirection", "Error: Set the forwarding"},
	"wrong.account.delete":   {"Erreur : Supprimer un compte", "Error: Delete an account"},
	"wrong.account.restore":  {"Erreur : Restaurer un compte", "Error: Restore an account"},
	"wrong.alias.add":        {"Erreur : Demander un alias", "Error: Ask for an alias"},
	"wrong.alias.remove":     {"Erreur : Retirer un alias", "Error: Remove an alias"},
	"wrong.quota.set":        {"Erreur : Modifier l'espace d'une boîte", "Error: Change the space of a mailbox"},
	"wrong.one":              {"Un point à corriger", "One thing to correct"},
	"wrong.many":             {"{n} points à corriger", "{n} things to correct"},
	"field.alias.add":        {"Adresse souhaitée", "Address wanted"},
	"field.alias.remove":     {"Alias à retirer", "Alias to remove"},
	"hint.alias":             {"Lettres sans accent, chiffres, point et tiret. Exemple : contact@{domain}", "Unaccented letters, digits, dot and hyphen. Example: contact@{domain}"},
	"field.account":          {"Compte", "Account"},
	"hint.account":           {"Adresse ou identifiant de la boîte.", "Address or login of the mailbox."},
	"field.size":             {"Espace total souhaité", "Total space wanted"},
	"hint.size":              {"Un Go vaut 1024 Mo, comme sur Partage.", "One GB is 1024 MB, as on Partage."},
	"hint.size.now":          {"Aujourd'hui : {use}.", "Today: {use}."},
	"field.account.rename":   {"Nouvelle adresse", "New address"},
	"field.account.forward":  {"Envoyer une copie à", "Send a copy to"},
	"field.account.cos":      {"Formule", "Class of service"},
	"hint.account.rename":    {"Dans le même domaine ; l'adresse de maintenant ne recevra plus de messages.", "In the same domain; today's address will receive no more mail."},
	"hint.account.forward":   {"Une adresse, ou « aucune » pour que le courrier ne parte plus ailleurs. Les messages restent aussi dans la boîte.", "One address, or \"none\" for mail to go nowhere else. Messages also stay in the mailbox."},
	"hint.now":               {"Aujourd'hui : {value}.", "Today: {value}."},
	"nowhere":                {"aucune", "none"},
	"choose.class":           {"Choisir…", "Choose…"},
	"missing.vers":           {"Indiquez l'adresse.", "Enter the address."},
	"missing.formule":        {"Choisissez la formule.", "Choose the class of service."},
	"act.on":                 {"Agir sur ce compte", "Act on this account"},
	"field.unit":             {"Unité", "Unit"},
	"unit.Mo":                {"Mo", "MB"},
	"unit.Go":                {"Go", "GB"},
	"unit.To":                {"To", "TB"},
	"field.reason":           {"Motif", "Reason"},
	"hint.reason":            {"Facultatif. Visible des personnes qui valident.", "Optional. Seen by those who approve."},
	"missing.alias":          {"Indiquez l'adresse.", "Enter the address."},
	"missing.compte":         {"Indiquez le compte.", "Enter the account."},
	"missing.taille":         {"Indiquez l'espace souhaité.", "Enter the space wanted."},
	"available":              {"Adresse disponible", "Address available"},
	"check.title":            {"Ce que vous demandez", "What you ask"},
	"decision.allowed":       {"Votre demande sera appliquée tout de suite.", "Your request will be applied at once."},
	"decision.pending":       {"Votre demande sera à valider par {approvers}.", "Your request will have to be approved by {approvers}."},
	"decision.many":          {"Il faudra {n} validations.", "{n} approvals will be needed."},
	"decision.denied":        {"Les règles ne permettent pas cette demande : rien ne sera envoyé.", "The rules do not allow this request: nothing will be sent."},
	"decision.none":          {"Aucune règle ne la permet. Un correspondant du domaine ou l'assistance peut vous aider.", "No rule allows it. A correspondent of the domain or the help desk can help you."},
	"ask.edit":               {"Modifier", "Edit"},
	"ask.give.up":            {"Abandonner", "Give up"},
	"why":                    {"Pourquoi ?", "Why?"},
	"why.rules":              {"Règles consultées, dans l'ordre", "Rules looked at, in order"},

	"ask.house.freeze":    {"Geler les envois", "Freeze sending"},
	"ask.house.thaw":      {"Lever le gel", "End the freeze"},
	"ask.brake.release":   {"Libérer les demandes retenues", "Release the held requests"},
	"about.house.freeze":  {"Plus rien ne sera envoyé à Partage, tout de suite et partout. Rien ne se perd : les demandes acceptées attendent.", "Nothing more will be sent to Partage, at once and everywhere. Nothing is lost: accepted requests wait."},
	"about.house.thaw":    {"Les demandes acceptées partiront de nouveau. Un autre administrateur devra valider.", "Accepted requests will be sent again. Another administrator will have to approve."},
	"about.brake.release": {"Les demandes retenues partiront, et les freins compteront de nouveau à partir de zéro. Un autre administrateur devra valider.", "The held requests will be sent, and the brakes will count from zero again. Another administrator will have to approve."},
	"wrong.house.freeze":  {"Erreur : Geler les envois", "Error: Freeze sending"},
	"wrong.house.thaw":    {"Erreur : Lever le gel", "Error: End the freeze"},
	"wrong.brake.release": {"Erreur : Libérer les demandes retenues", "Error: Release the held requests"},

	// Freeze and brakes.
	"frozen":        {"Les envois à Partage sont gelés depuis le {moment}.", "Sending to Partage has been frozen since {moment}."},
	"frozen.rest":   {"Les demandes sont enregistrées et validées comme d'habitude ; elles partiront quand deux administrateurs auront levé le gel.", "Requests are saved and approved as usual; they will be sent once two administrators have ended the freeze."},
	"damaged":       {"Le journal de Mélusine est abîmé : lecture seule depuis le {moment}.", "Mélusine's journal is damaged: read only since {moment}."},
	"damaged.rest":  {"Ce qui suit les derniers événements lisibles n'est pas montré. Rien n'est enregistré ni envoyé à Partage jusqu'à la réparation.", "What follows the last readable events is not shown. Nothing is saved or sent to Partage until it is mended."},
	"safety":        {"Sûreté", "Safety"},
	"safety.freeze": {"Envois à Partage", "Sending to Partage"},
	"safety.sends":  {"Les demandes acceptées partent vers Partage.", "Accepted requests are sent to Partage."},
	"safety.brakes": {"Freins sur les retraits", "Brakes on removals"},
	"safety.intro":  {"Ce qui retire quelque chose à quelqu'un est compté. Au-delà d'une limite, la demande est retenue avant tout envoi, jusqu'à ce que deux administrateurs aient regardé.", "What takes something away from somebody is counted. Beyond a limit the request is held before anything is sent, until two administrators have looked."},
	"safety.limit":  {"Limite", "Limit"},
	"limit.person":  {"Par une personne, en une heure", "By one person, in an hour"},
	"limit.domain":  {"Dans un domaine, en une heure", "In one domain, in an hour"},
	"limit.verb":    {"D'une même sorte, en une heure", "Of one kind, in an hour"},
	"limit.all":     {"En tout, en une heure", "In all, in an hour"},
	"limit.share":   {"Part des comptes, en un jour", "Share of the accounts, in a day"},
	"safety.max":    {"Au plus", "At most"},
	"safety.count":  {"Retraits comptés depuis 24 heures : {n}.", "Removals counted in the last 24 hours: {n}."},
	"safety.held":   {"Demandes retenues", "Held requests"},
	"safety.none":   {"Aucune demande n'est retenue.", "No request is held."},

	// Requests.
	"what":          {"Objet", "Object"},
	"asked.on":      {"Demandée le", "Asked on"},
	"requests.none": {"Vous n'avez encore rien demandé.", "You have not asked for anything yet."},
	"follow":        {"Suivi", "Progress"},
	"what.changes":  {"Ce qui est demandé", "What is asked"},
	"refuse.reason": {"Motif du refus (envoyé à la personne qui a demandé)", "Reason for refusal (sent to the person who asked)"},
	"refuse.open":   {"Refuser…", "Refuse…"},
	"released":      {"Demandes que cela libère : {n}.", "Requests that this releases: {n}."},
	"amend.open":    {"Modifier…", "Change…"},
	"amend.value":   {"Nouvelle valeur", "New value"},
	"amend.hint":    {"Les accords déjà donnés ne compteront plus, et une autre personne que vous décidera.", "Approvals given so far will no longer count, and somebody other than you will decide."},
	"amend.send":    {"Modifier", "Change"},
	"amended.by":    {"Modifiée par", "Changed by"},
	"judge":         {"Votre décision", "Your decision"},
	"judge.on":      {" la demande {id}", " request {id}"},
	"command.intro": {"Dans Mattermost, la même chose s'écrit :", "In Mattermost, the same is typed:"},
	"refresh":       {"Actualiser", "Refresh"},
	"inbox.sub":     {"La plus ancienne attend depuis le {moment}.", "The oldest has waited since {moment}."},
	"inbox.list":    {"Liste", "List"},
	"inbox.empty":   {"Ce qui attendra votre avis apparaîtra ici.", "What waits for your decision will appear here."},
	"by.whom":       {"demandée par {who}, {moment}", "asked by {who}, {moment}"},

	// Mattermost.
	"link.intro": {"Depuis Mattermost, vous pouvez demander, suivre et valider par messages. Il faut d'abord prouver que votre compte Mattermost est bien le vôtre.", "From Mattermost you can ask, follow and approve by messages. First prove that your Mattermost account is yours."},
	"link.bound": {"Un compte Mattermost est lié à vous. Un nouveau code lierait un autre compte à sa place.", "A Mattermost account is linked to you. A new code would link another account in its place."},
	"link.draw":  {"Obtenir un code", "Get a code"},
	"link.type":  {"Dans Mattermost, envoyez ce message :", "In Mattermost, send this message:"},
	"link.once":  {"Ce code sert une seule fois, pendant {n} minutes. Ne le donnez à personne.", "This code works once, for {n} minutes. Give it to nobody."},
	"link.typed": {"{command} lier {code}", "{command} link {code}"},

	// Help.
	"help.here":      {"Dans ce portail", "In this portal"},
	"help.mine":      {"voir vos boîtes, leurs alias et leur espace, et qui y a touché.", "see your mailboxes, their aliases and space, and who has touched them."},
	"help.ask":       {"un alias de plus ou de moins, plus d'espace. Avant l'envoi, vous savez qui devra valider.", "one alias more or less, more space. Before sending, you know who will have to approve."},
	"help.requests":  {"suivre chaque demande, comprendre une décision, annuler tant que rien n'est fait.", "follow each request, understand a decision, withdraw as long as nothing is done."},
	"help.link":      {"lier votre compte pour tout faire aussi par messages.", "link your account to do it all by messages too."},
	"help.chat":      {"Dans Mattermost", "In Mattermost"},
	"help.chat.how":  {"Tapez {command} suivi d'une commande, ou écrivez directement au robot.", "Type {command} followed by a command, or write to the bot directly."},
	"help.command":   {"Commande", "Command"},
	"help.does":      {"Ce qu'elle fait", "What it does"},
	"help.rules":     {"Qui décide", "Who decides"},
	"help.rules.how": {"Des règles écrites décident : appliquer tout de suite, faire valider, ou refuser. Chaque réponse dit pourquoi. Personne ne valide sa propre demande, ni une demande sur sa propre boîte.", "Written rules decide: apply at once, have it approved, or refuse. Every answer says why. Nobody approves their own request, nor one about their own mailbox."},

	// Errors.
	"error.404":       {"Cette page n'existe pas, ou n'est pas pour vous. Vérifiez l'adresse ou revenez à l'accueil.", "This page does not exist, or is not for you. Check the address or go back to the start."},
	"error.401":       {"Votre session a pris fin : rien n'a été envoyé. Connectez-vous de nouveau, puis recommencez.", "Your session has ended: nothing was sent. Sign in again, then start over."},
	"error.forged":    {"Cet envoi ne vient pas d'une page ouverte dans votre session : rien n'a été fait. Revenez à la page, rechargez-la, puis recommencez.", "This was not sent from a page opened in your session: nothing was done. Go back to the page, reload it, then try again."},
	"error.signin":    {"La connexion n'a pas abouti. Recommencez ; si cela se répète, écrivez à l'assistance.", "Signing in did not work. Try again; if it happens again, write to the help desk."},
	"error.voucher":   {"Le service d'identification ne répond pas. Recommencez dans quelques minutes.", "The sign-in service does not answer. Try again in a few minutes."},
	"error.request":   {"Cet envoi n'a pas pu être lu : rien n'a été fait. Revenez à la page, puis recommencez.", "This could not be read: nothing was done. Go back to the page, then try again."},
	"error.reference": {"Référence à donner à l'assistance : {reference}", "Reference to give to the help desk: {reference}"},
	"error.home":      {"Revenir à l'accueil", "Back to the start"},
}
