package charter

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// words are the sentences of the charter.
var words = map[string]desk.Text{
	"title":        {FR: "Qui peut faire quoi, et avec quel accord", EN: "Who may do what, and who approves"},
	"title.domain": {FR: "Domaine %s : qui peut faire quoi", EN: "Domain %s: who may do what"},
	"intro": {FR: "Cette charte est tirée du règlement en vigueur (%s) : elle dit exactement ce que Mélusine applique. Ce qu’aucune règle ne prévoit est refusé.",
		EN: "This charter is made from the rules in force (%s): it says exactly what Mélusine applies. What no rule provides for is denied."},
	"table":        {FR: "En un coup d’œil", EN: "At a glance"},
	"action":       {FR: "Action", EN: "Action"},
	"at once":      {FR: "à l’instant", EN: "at once"},
	"approved":     {FR: "après accord", EN: "once approved"},
	"either":       {FR: "selon le cas", EN: "it depends"},
	"none":         {FR: "—", EN: "—"},
	"list.allowed": {FR: "À l’instant", EN: "At once"},
	"list.pending": {FR: "Après accord", EN: "Once approved"},
	"list.denied":  {FR: "Ce qui est refusé", EN: "What is denied"},
	"always":       {FR: "Ce qui vaut toujours", EN: "What always holds"},
	"always.self": {FR: "Personne n’approuve sa propre demande, ni ce qui touche son propre compte ou lui enverrait du courrier.",
		EN: "Nobody approves their own request, nor what touches their own account or would send mail to it."},
	"always.once":     {FR: "Quand plusieurs accords sont nécessaires, chacun vient d’une personne différente.", EN: "Where several approvals are needed, each is given by another person."},
	"always.again":    {FR: "Les règles sont vérifiées à la demande, à l’accord et juste avant l’effet : un droit retiré entre-temps arrête la demande.", EN: "The rules are checked when something is asked, when it is approved and just before it takes effect: a right taken back meanwhile stops the request."},
	"always.history":  {FR: "Chaque demande, chaque accord et chaque effet restent dans une histoire que personne ne peut modifier.", EN: "Every request, approval and effect stays in a history that nobody can change."},
	"protected":       {FR: "Ces adresses ne sont modifiées par personne : %s.", EN: "These addresses are changed by nobody: %s."},
	"people.none":     {FR: "Ce domaine n’a pas de correspondant : seules les autres personnes nommées ici y agissent et y donnent leur accord.", EN: "This domain has no correspondent: only the other people named here act there and approve."},
	"people.one":      {FR: "Correspondant : %s. Il en faudrait au moins deux, pour que l’un puisse approuver ce que l’autre demande.", EN: "Correspondent: %s. There should be two at least, so that one can approve what the other asks."},
	"people":          {FR: "Correspondants : %s.", EN: "Correspondents: %s."},
	"depends":         {FR: "« Selon le cas » : à l’instant ou après accord, comme le disent les règles plus bas.", EN: "“It depends”: at once or once approved, as the rules below say."},
	"domains":         {FR: "Les correspondants de chaque domaine", EN: "The correspondents of each domain"},
	"domain":          {FR: "Domaine", EN: "Domain"},
	"correspondents":  {FR: "Correspondants", EN: "Correspondents"},
	"nobody":          {FR: "personne", EN: "nobody"},
	"approval":        {FR: "Accord : %s.", EN: "Approval: %s."},
	"confidential":    {FR: "Confidentiel : dit en personne, dans aucun canal.", EN: "Confidential: told in person, in no channel."},
	"remind.review":   {FR: "Rappel au bout %s ; sans réponse, l’effet demeure.", EN: "Reminder after %s; unanswered, the effect stays."},
	"review":          {FR: "Fait à l’instant, puis gardé ou défait par : %s.", EN: "Done at once, then kept or taken back by: %s."},
	"and":             {FR: ", et ", EN: ", and "},
	"or":              {FR: " ou ", EN: " or "},
	"comma":           {FR: ", ", EN: ", "},
	"remind":          {FR: "Rappel au bout %s.", EN: "Reminder after %s."},
	"expire":          {FR: "Sans réponse, la demande s’éteint au bout %s.", EN: "Unanswered, the request ends after %s."},
	"both":            {FR: "Rappel au bout %s ; sans réponse, la demande s’éteint au bout %s.", EN: "Reminder after %s; unanswered, the request ends after %s."},
	"day":             {FR: "d’un jour ouvré", EN: "one working day"},
	"days":            {FR: "de %s jours ouvrés", EN: "%s working days"},
	"correspondent":   {FR: "un correspondant du domaine", EN: "a correspondent of the domain"},
	"correspondent.s": {FR: "%s correspondants du domaine", EN: "%s correspondents of the domain"},
	"manager":         {FR: "le chef de service", EN: "the head of service"},
	"admin":           {FR: "un administrateur", EN: "an administrator"},
	"admin.s":         {FR: "%s administrateurs", EN: "%s administrators"},
	"group":           {FR: "un membre du groupe « %s »", EN: "a member of the group “%s”"},
	"group.s":         {FR: "%[2]s membres du groupe « %[1]s »", EN: "%[2]s members of the group “%[1]s”"},
	"among":           {FR: "%s personnes : %s", EN: "%s people: %s"},

	string(everybody):                 {FR: "Tout le monde", EN: "Everybody"},
	string(holders):                   {FR: "Chacun, pour son propre compte", EN: "Everybody, for their own account"},
	string(colleagues):                {FR: "Les collègues d’une même unité", EN: "Colleagues of the same unit"},
	string(correspondents):            {FR: "Les correspondants, dans leurs domaines", EN: "Correspondents, in their domains"},
	string(heads):                     {FR: "Les chefs de service, pour leur équipe", EN: "Heads of service, for their people"},
	"role.admins":                     {FR: "Les administrateurs", EN: "Administrators"},
	"role.group":                      {FR: "Le groupe « %s »", EN: "The group “%s”"},
	"short." + string(everybody):      {FR: "Tout le monde", EN: "Everybody"},
	"short." + string(holders):        {FR: "Le titulaire", EN: "The holder"},
	"short." + string(colleagues):     {FR: "Un collègue", EN: "A colleague"},
	"short." + string(correspondents): {FR: "Un correspondant", EN: "A correspondent"},
	"short." + string(heads):          {FR: "Le chef de service", EN: "The head of service"},
	"short.admins":                    {FR: "Un administrateur", EN: "An administrator"},
	"short.group":                     {FR: "Le groupe « %s »", EN: "The group “%s”"},
}

// A tongue says the words of one language.
type tongue string

func (t tongue) say(key string, values ...any) string {
	text := words[key].In(string(t))
	if len(values) == 0 {
		return text
	}
	return fmt.Sprintf(text, values...)
}

func (t tongue) title(r role) string { return t.name("role.", r) }
func (t tongue) short(r role) string { return t.name("short.", r) }

func (t tongue) name(kind string, r role) string {
	switch {
	case strings.HasPrefix(string(r), "*") && kind == "role.":
		return t.say(string(r))
	case strings.HasPrefix(string(r), "*") || r == "admins":
		return t.say(kind + string(r))
	}
	return t.say(kind+"group", string(r))
}

// count is a small number in words.
func (t tongue) count(n int) string {
	in := map[tongue][]string{"fr": {"deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"},
		"en": {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}}[t]
	if n >= 2 && n-2 < len(in) {
		return in[n-2]
	}
	return strconv.Itoa(n)
}

func (t tongue) days(n int) string {
	if n == 1 {
		return t.say("day")
	}
	return t.say("days", strconv.Itoa(n))
}

// dates says when people are reminded, and when it is over; 0 if they are not.
func (t tongue) dates(deadline, expiry int) string {
	switch {
	case deadline > 0 && expiry > 0:
		return " " + t.say("both", t.days(deadline), t.days(expiry))
	case deadline > 0:
		return " " + t.say("remind", t.days(deadline))
	case expiry > 0:
		return " " + t.say("expire", t.days(expiry))
	}
	return ""
}

// review says who looks afterwards at what is done at once.
func (t tongue) review(all []desk.Panel, deadline int) string {
	said := t.say("review", t.panels(all))
	if deadline > 0 {
		said += " " + t.say("remind.review", t.days(deadline))
	}
	return said
}

// panels says who must approve: "un correspondant du domaine ou un
// administrateur, et le chef de service".
func (t tongue) panels(all []desk.Panel) string {
	said := make([]string, len(all))
	for i, p := range all {
		said[i] = t.panel(p)
	}
	return strings.Join(said, t.say("and"))
}

func (t tongue) panel(p desk.Panel) string {
	if p.Needed > 1 && len(p.Approvers) == 1 {
		return t.several(p.Approvers[0], p.Needed)
	}
	one := make([]string, len(p.Approvers))
	for i, a := range p.Approvers {
		one[i] = t.approver(a)
	}
	said := t.any(one)
	if p.Needed > 1 {
		return t.say("among", t.count(p.Needed), said)
	}
	return said
}

// any enumerates: "a, b ou c".
func (t tongue) any(of []string) string {
	last := len(of) - 1
	if last < 1 {
		return strings.Join(of, "")
	}
	return strings.Join(of[:last], t.say("comma")) + t.say("or") + of[last]
}

func (t tongue) approver(name string) string {
	switch name {
	case "correspondents":
		return t.say("correspondent")
	case "manager":
		return t.say("manager")
	case "admins":
		return t.say("admin")
	}
	return t.say("group", strings.TrimPrefix(name, "group:"))
}

func (t tongue) several(name string, n int) string {
	switch name {
	case "correspondents":
		return t.say("correspondent.s", t.count(n))
	case "admins":
		return t.say("admin.s", t.count(n))
	}
	return t.say("group.s", strings.TrimPrefix(name, "group:"), t.count(n))
}
