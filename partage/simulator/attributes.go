package simulator

import (
	"slices"
	"strconv"
)

// A rule says what a value of an attribute may be: "" or why not.
type rule func(s *Server, values []string) string

// writable are the attributes ModifyAccount changes. The API drops the others
// without a word: clients send back all they read.
var writable = map[string]rule{
	"carLicense": anything, "givenName": anything, "sn": anything, "displayName": anything, "initials": anything, "title": anything,
	"description": anything, "company": anything, "businessCategory": anything, "co": anything, "l": anything, "st": anything, "street": anything,
	"postalCode": anything, "telephoneNumber": anything, "homePhone": anything, "mobile": anything, "pager": anything,
	"facsimileTelephoneNumber": anything, "userPassword": anything, "ou": anything, "postOfficeBox": anything, "physicalDeliveryOfficeName": anything,
	"zimbraPrefMailForwardingAddress": anything, "zimbraMailCanonicalAddress": mailbox, "zimbraMailForwardingAddress": anything,
	"zimbraAllowFromAddress": anything, "zimbraZimletAvailableZimlets": anything,
	"zimbraNotes":           atMost(1024),
	"zimbraPrefFromDisplay": atMost(256),
	"zimbraAccountStatus":   knownStatus,
	"zimbraCOSId":           knownClass,
	"zimbraMailQuota":       byteCount,
	"zimbraHideInGal":       boolean, "zimbraPasswordMustChange": boolean, "zimbraPrefMailLocalDeliveryDisabled": boolean,
	"zimbraFeatureMailEnabled": boolean, "zimbraFeatureCalendarEnabled": boolean, "zimbraFeatureContactsEnabled": boolean,
	"zimbraFeatureBriefcasesEnabled": boolean, "zimbraFeatureTasksEnabled": boolean, "zimbraFeatureOptionsEnabled": boolean,
	"zimbraFeatureMailForwardingEnabled": boolean,
}

func anything(*Server, []string) string { return "" }

func knownStatus(_ *Server, values []string) string {
	if len(values) != 1 || !slices.Contains([]string{"active", "maintenance", "locked", "closed", "lockout", "pending"}, values[0]) {
		return "must be one of: active,maintenance,locked,closed,lockout,pending"
	}
	return ""
}

func knownClass(s *Server, values []string) string {
	if len(values) == 0 {
		return ""
	}
	if _, found := s.class(values[0]); !found {
		return "no such cos: " + values[0]
	}
	return ""
}

func byteCount(_ *Server, values []string) string {
	if len(values) > 0 {
		if n, err := strconv.ParseInt(values[0], 10, 64); err != nil || n < 0 {
			return "must be a valid long"
		}
	}
	return ""
}

func boolean(_ *Server, values []string) string {
	if len(values) > 0 && values[0] != "TRUE" && values[0] != "FALSE" {
		return "must be TRUE or FALSE"
	}
	return ""
}
