package simulator

import (
	"strconv"
	"strings"
)

// features are the switches of a class, without "zimbraFeature" and "Enabled".
var features = []string{
	"Briefcases", "Calendar", "ChangePassword", "Contacts", "Conversations", "DistributionListFolder", "ExportFolder", "Filters", "Flagging",
	"GalAutoComplete", "Gal", "GroupCalendar", "HtmlCompose", "Identities", "ImapDataSource", "ImportFolder", "Mail", "MailForwarding",
	"MailPriority", "MailSendLater", "MAPIConnector", "MobileSync", "NewMailNotification", "Options", "OutOfOfficeReply", "Pop3DataSource",
	"ReadReceipts", "SavedSearches", "Sharing", "SkinChange", "Tagging", "Tasks",
}

// zimlets are those of every class.
var zimlets = []string{"com_zimbra_url", "com_zimbra_date"}

// entry is what the API shows of a class. Students have neither telephone
// synchronisation nor public shares.
func (c COS) entry() entry {
	one := func(name, value string) attr { return attr{name: name, values: []string{value}} }
	truth := func(b bool) string { return map[bool]string{true: "TRUE", false: "FALSE"}[b] }
	e := entry{
		one("name", c.Name), one("id", c.ID), one("cn", c.Name), one("zimbraId", c.ID), one("zimbraMailQuota", strconv.FormatInt(c.Quota, 10)),
		one("zimbraImapEnabled", "TRUE"), one("zimbraPop3Enabled", "FALSE"), one("zimbraPublicSharingEnabled", truth(!c.students)),
		one("zimbraExternalSharingEnabled", "TRUE"), one("zimbraDumpsterEnabled", "TRUE"), one("zimbraFeatureManageZimlets", "TRUE"),
		one("zimbraNotes", strconv.FormatInt(c.Quota/giga, 10)+" Gio"), {name: "zimbraZimletAvailableZimlets", values: zimlets},
	}
	for _, f := range features {
		e = append(e, one("zimbraFeature"+f+"Enabled", truth(!c.students || f != "MobileSync")))
	}
	return e
}

// object writes all the attributes of an entry.
func (x *document) object(depth int, element string, e entry) {
	x.open(depth, element)
	for _, a := range e {
		x.attr(depth+1, a)
	}
	x.shut(depth, element)
}

func (s *Server) getAllCos(call) (answer, effect) {
	return s.succeed(func(x *document) {
		x.list(1, "coses", len(s.u.classes), func() {
			for _, c := range s.u.classes {
				x.object(2, "cose", c.entry())
			}
		})
	}), nil
}

// getCos finds a class by its name. Its identifier will not do.
func (s *Server) getCos(c call) (answer, effect) {
	name := c.form.plain("name")
	if name == "" {
		return s.refuse(nameless), nil
	}
	for _, k := range s.u.classes {
		if strings.EqualFold(k.Name, name) { // LDAP's
			return s.succeed(func(x *document) { x.object(1, "cos", k.entry()) }), nil
		}
	}
	return s.refuse("no such cos: " + name), nil
}

// getDomain tells the domain of the token, its key too: so does the real one.
func (s *Server) getDomain(c call) (answer, effect) {
	one := func(name, value string) attr { return attr{name: name, values: []string{value}} }
	e := entry{
		one("name", c.domain.Name), one("zimbraDomainName", c.domain.Name), one("zimbraDomainStatus", "active"), one("zimbraDomainType", "local"),
		one("zimbraDomainDefaultCOSId", s.u.classes[0].ID), one("zimbraPreAuthKey", s.key(c.domain.Name)),
	}
	return s.succeed(func(x *document) { x.object(1, "domain", e) }), nil
}

func (s *Server) countObjects(c call) (answer, effect) {
	count := 0
	switch kind := c.form.plain("type"); kind {
	case "userAccount":
		count = s.population(c.domain)
	case "alias":
		count = s.countAliases(c.domain)
	case "calresource":
		count = len(s.resourcesOf(c.domain))
	case "dl":
		count = len(s.groupsOf(c.domain.Name))
	default:
		return s.refuse("invalid request: unknown object type: " + kind), nil
	}
	return s.succeed(func(x *document) { x.text(1, "count", strconv.Itoa(count)) }), nil
}
