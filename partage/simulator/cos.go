package simulator

import "strconv"

func (s *Server) getAllCos(call) (answer, effect) {
	return s.succeed(func(x *document) {
		x.list(1, "coses", len(s.u.classes), func() {
			for _, c := range s.u.classes {
				x.open(2, "cose")
				x.text(3, "name", c.Name)
				x.text(3, "id", c.ID)
				x.text(3, "cn", c.Name)
				x.text(3, "zimbraId", c.ID)
				x.text(3, "zimbraMailQuota", strconv.FormatInt(c.Quota, 10))
				x.text(3, "zimbraFeatureMailEnabled", "TRUE")
				x.text(3, "zimbraFeatureCalendarEnabled", "TRUE")
				x.shut(2, "cose")
			}
		})
	}), nil
}

func (s *Server) countObjects(c call) (answer, effect) {
	count := 0
	switch kind := c.form.plain("type"); kind {
	case "userAccount":
		count = c.domain.Accounts
	case "alias":
		for at := range c.domain.Accounts {
			count += len(s.entryOf(c.domain.first + at).get(aliasAttr))
		}
	case "dl", "calresource":
	default:
		return s.refuse("invalid request: unknown object type: " + kind), nil
	}
	return s.succeed(func(x *document) { x.text(1, "count", strconv.Itoa(count)) }), nil
}
