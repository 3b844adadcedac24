package desk

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Verb is what is asked.
type Verb string

// The verbs.
const (
	AliasAdd        Verb = "alias.add"
	AliasRemove     Verb = "alias.remove"
	QuotaSet        Verb = "quota.set"
	AccountLock     Verb = "account.lock"
	AccountActivate Verb = "account.activate"
	AccountClose    Verb = "account.close"
	AccountHide     Verb = "account.hide"
	AccountUnhide   Verb = "account.unhide"
	AccountRename   Verb = "account.rename"
	AccountCOS      Verb = "account.cos"
	AccountForward  Verb = "account.forward"
	AccountDelete   Verb = "account.delete"
	AccountRestore  Verb = "account.restore"
	AccountShow     Verb = "account.show"
	RequestList     Verb = "request.list"
	RequestShow     Verb = "request.show"
	RequestWhy      Verb = "request.why"
	RequestApprove  Verb = "request.approve"
	RequestReject   Verb = "request.reject"
	RequestCancel   Verb = "request.cancel"
	RequestAgain    Verb = "request.again"
	RequestNudge    Verb = "request.nudge" // have the approvers reminded
	RequestAmend    Verb = "request.amend"
	RequestQuestion Verb = "request.question"
	RequestAnswer   Verb = "request.answer"
	RequestUndo     Verb = "request.undo"
	HistoryShow     Verb = "history.show"
	HouseFreeze     Verb = "house.freeze"
	HouseThaw       Verb = "house.thaw"
	BrakeRelease    Verb = "brake.release"
	RulesActivate   Verb = "rules.activate"
	RulesRollback   Verb = "rules.rollback"
	RulesUndo       Verb = "rules.undo"

	DelegationGrant  Verb = "delegation.grant"
	DelegationDeputy Verb = "delegation.deputy"
	DelegationRevoke Verb = "delegation.revoke"
	DelegationShow   Verb = "delegation.show"
	DelegationList   Verb = "delegation.list"

	DriftShow    Verb = "drift.show"
	DriftApply   Verb = "drift.apply"
	DriftSync    Verb = "drift.sync"  // drift.apply of the program's own accord
	DriftSpare   Verb = "drift.spare" // a difference as it is, until a day
	FiguresShow  Verb = "figures.show"
	AccountWhole Verb = "account.whole" // what all sources say of an account

	TokenEnd Verb = "token.end" // all the access tokens of somebody

	AccountCreate  Verb = "account.create"
	AccountProfile Verb = "account.profile"
	AccountShare   Verb = "account.share"
	AccountUnshare Verb = "account.unshare"
	AccountPurge   Verb = "account.purge"
	AliasMove      Verb = "alias.move"

	ListCreate      Verb = "list.create"
	GroupCreate     Verb = "group.create"
	FanOutCreate    Verb = "fanout.create"
	ListDelete      Verb = "list.delete"
	ListRestore     Verb = "list.restore"
	ListRename      Verb = "list.rename"
	ListAdd         Verb = "list.add"    // members
	ListRemove      Verb = "list.remove" // members
	ListAlias       Verb = "list.alias"
	ListUnalias     Verb = "list.unalias"
	ListSender      Verb = "list.sender"
	ListUnsender    Verb = "list.unsender"
	ListProfile     Verb = "list.profile"
	ListShow        Verb = "list.show"
	ResourceCreate  Verb = "resource.create"
	ResourceDelete  Verb = "resource.delete"
	ResourceRestore Verb = "resource.restore"
	ResourceRename  Verb = "resource.rename"
	ResourceProfile Verb = "resource.profile"
	ResourceShow    Verb = "resource.show"
	TreePublish     Verb = "tree.publish"
	TreeRollback    Verb = "tree.rollback"
	TreeWithdraw    Verb = "tree.withdraw"
	TreeShow        Verb = "tree.show"
	AddressReach    Verb = "address.reach" // who receives what is sent to an address
	AliasRenew      Verb = "alias.renew"
	AccountRenew    Verb = "account.renew"
	AddressShow     Verb = "address.show"
	AddressRelease  Verb = "address.release" // from its quarantine

	Help Verb = "help"
)

// What nobody asks for: steps of the verbs above.
const (
	AccountEPPN   Verb = "account.eppn"   // without eppn: freed
	AccountMark   Verb = "account.mark"   // in the notes for administrators
	AccountUnmark Verb = "account.unmark" //
	ListJoin      Verb = "list.join"
	ListLeave     Verb = "list.leave"

	ListMake       Verb = "list.make"       // with all but its aliases, members and senders
	ListDrop       Verb = "list.drop"       // for good
	ListWrite      Verb = "list.write"      // any of its texts
	ResourceMake   Verb = "resource.make"   //
	ResourceDrop   Verb = "resource.drop"   // for good: only one that a step has made
	ResourceWrite  Verb = "resource.write"  //
	TreePut        Verb = "tree.put"        //
	TreeDrop       Verb = "tree.drop"       //
	AccountMake    Verb = "account.make"    // with all that it is made of
	AccountDestroy Verb = "account.destroy" // for good
)

// A Spec says what a verb needs.
type Spec struct {
	Changes bool            // it becomes a request, and when granted it changes Partage or, see Governs, the house
	Takes   bool            // it takes something away from somebody: brakes count it
	Governs bool            // it takes effect in the journal, at once, and never reaches Partage
	Two     bool            // whatever the rules say, somebody else must approve
	Inner   bool            // the program alone asks for it, of its own accord
	Shows   bool            // what it shows is of no account, nor of a list: rules say to whom
	Step    bool            // it changes Partage, but only as a step of another verb
	Target  Form            // what it acts on
	Args    map[string]Form // by name
	Keepers bool            // who looks after the accounts of others asks for it: not shown to everybody
	Shell   bool            // asked at the command line only
	Object  bool            // it acts on a list, a resource or a tree: see Detail
	Makes   bool            // it makes what it acts on
	Unseen  bool            // Partage cannot be asked whether it is so: its word is taken, and the write can be repeated

	needed []string
}

// OnObject says that what it acts on has an address: an account, a list or a
// resource, be it one that is to be.
func (s Spec) OnObject() bool {
	return s.OnAccount() || s.Target == ListForm || s.Target == ResourceForm || s.Target == FreshForm
}

// Needed names the arguments that must be there, in order. Not to be changed.
func (s Spec) Needed() []string { return s.needed }

// needing has each of the table know what it needs.
func needing(table map[Verb]Spec) map[Verb]Spec {
	for v, s := range table {
		s.needed = slices.DeleteFunc(sortedKeys(s.Args), func(name string) bool { return !s.Args[name].required() })
		table[v] = s
	}
	return table
}

// OnAccount says that the verb acts on an account, be it one that is to be.
func (s Spec) OnAccount() bool { return s.Target == AccountForm || s.Target == NewForm }

// A Form is the grammar of a target or an argument. A trailing "?" in the
// table of verbs means that it may be left out.
type Form string

// The forms.
const (
	NoForm      Form = ""
	AddressForm Form = "address" // a mail address
	AccountForm Form = "account" // a mail address or a login
	SizeForm    Form = "size"
	ForwardForm Form = "forward" // a mail address, or Nowhere
	ClassForm   Form = "class"   // the name of a class of service, letter for letter
	RequestForm Form = "request" // D-512, d-512 or 512
	ScopeForm   Form = "scope"   // mine, pending or all
	TopicForm   Form = "topic"   // one word or verb
	TextForm    Form = "text"    // one line of at most 500 characters
	ChangeForm  Form = "change"  // other arguments: see Action.With

	PersonForm  Form = "person"  // a login, or an address of their mailbox
	MandateForm Form = "mandate" // M-18, m-18 or 18
	DomainForm  Form = "domain"
	UnitForm    Form = "unit"  // the code of a unit, letter for letter
	VerbForm    Form = "verb"  // a verb that may be delegated, or a family: alias.*
	CountForm   Form = "count" // 1 to 999
	DayForm     Form = "day"   // 2026-12-31 or 31/12/2026
	AboutForm   Form = "about" // what a list is about: a domain, a unit, an address or a login
	BookForm    Form = "book"  // the digest of a rule book, or its beginning
	GapForm     Form = "gap"   // a mail address, or the name of a gap: E-48213377
	CauseForm   Form = "cause" // of a gap between the directory and Partage
	WordForm    Form = "word"  // the name of a population

	NewForm   Form = "new"   // a mail address that nobody has
	PhoneForm Form = "phone" // digits, with a + before and spaces between; or Nowhere
	SendForm  Form = "send"  // a right to send: SendAs or SendFor
	IdentForm Form = "ident" // an identifier of Partage
	YesForm   Form = "yes"   // the word itself

	ListForm     Form = "list"     // the address of a list, a group or an alias 1→N
	ResourceForm Form = "resource" // the address of a calendar resource
	FreshForm    Form = "fresh"    // a mail address that nobody has, for one of these
	MembersForm  Form = "members"  // mail addresses, or logins of people here, with a comma between, sorted: as many as one call may hold
	SwitchForm   Form = "switch"   // yes or no
	RoomForm     Form = "room"     // location or equipment
	StateForm    Form = "state"    // active or closed
	RawForm      Form = "raw"      // what Partage has: any text
)

const (
	optional = "?"
	many     = "," // after a form, and between the items: one or more, sorted
)

// Nowhere is where mail is forwarded to when it is not.
const Nowhere = "none"

// SpecOf tells what the verb needs; ok is false for a verb that does not exist.
func SpecOf(v Verb) (spec Spec, ok bool) {
	spec, ok = specs[v]
	return spec, ok
}

// The list has an address and an identifier: another list may have its address by then.
var membershipArgs = map[string]Form{"list": AddressForm, "id": TextForm, "member": AddressForm}

// The book that is to be in force, and the one in force when that was asked.
var bookArgs = map[string]Form{"book": BookForm, "from": BookForm + optional}

// What a plan of repair selects. Without plan: the one that would be made now.
var planArgs = map[string]Form{"plan": BookForm + optional, "causes": CauseForm + many + optional, "population": WordForm + optional,
	"domain": DomainForm + optional, "most": CountForm + optional, "canary": CountForm + optional}

var specs = needing(map[Verb]Spec{
	AliasAdd:        {Changes: true, Target: AccountForm, Args: map[string]Form{"alias": AddressForm, "until": DayForm + optional}},
	AliasRemove:     {Changes: true, Takes: true, Target: AccountForm, Args: map[string]Form{"alias": AddressForm}},
	QuotaSet:        {Changes: true, Target: AccountForm, Args: map[string]Form{"size": SizeForm}},
	AccountLock:     {Changes: true, Takes: true, Target: AccountForm, Keepers: true},
	AccountActivate: {Changes: true, Target: AccountForm, Keepers: true},
	AccountClose:    {Changes: true, Takes: true, Target: AccountForm, Keepers: true},
	AccountHide:     {Changes: true, Takes: true, Target: AccountForm, Keepers: true},
	AccountUnhide:   {Changes: true, Target: AccountForm, Keepers: true},
	AccountRename:   {Changes: true, Takes: true, Target: AccountForm, Args: map[string]Form{"to": AddressForm}, Keepers: true},
	AccountCOS:      {Changes: true, Target: AccountForm, Args: map[string]Form{"cos": ClassForm}, Keepers: true},
	AccountForward:  {Changes: true, Takes: true, Target: AccountForm, Args: map[string]Form{"to": ForwardForm}},
	AccountDelete:   {Changes: true, Takes: true, Keepers: true, Target: AccountForm},
	AccountRestore:  {Changes: true, Keepers: true, Target: AccountForm},
	AccountEPPN:     {Step: true, Target: AddressForm, Args: map[string]Form{"eppn": TextForm + optional}},
	AccountMark:     {Step: true, Target: AddressForm, Args: map[string]Form{"mark": TextForm}},
	AccountUnmark:   {Step: true, Target: AddressForm, Args: map[string]Form{"mark": TextForm}},
	ListJoin:        {Step: true, Target: AddressForm, Args: membershipArgs},
	ListLeave:       {Step: true, Target: AddressForm, Args: membershipArgs},

	AccountCreate: {Changes: true, Keepers: true, Target: NewForm, Args: map[string]Form{
		"person": PersonForm + optional, "eppn": AddressForm + optional, "name": TextForm + optional, "cos": ClassForm + optional, "hidden": YesForm + optional,
		"size": SizeForm + optional, "until": DayForm + optional}},
	AccountProfile: {Changes: true, Keepers: true, Target: AccountForm, Args: profileArgs},
	AccountShare:   {Changes: true, Keepers: true, Unseen: true, Target: AccountForm, Args: map[string]Form{"with": AccountForm, "right": SendForm + optional, "until": DayForm + optional}},
	AccountUnshare: {Changes: true, Takes: true, Keepers: true, Unseen: true, Target: AccountForm, Args: map[string]Form{"with": AccountForm, "right": SendForm + optional}},
	AccountPurge:   {Changes: true, Takes: true, Two: true, Shell: true, Keepers: true, Target: AccountForm},
	AliasMove:      {Changes: true, Takes: true, Keepers: true, Target: AccountForm, Args: map[string]Form{"alias": AddressForm, "to": AccountForm}},
	AccountMake: {Step: true, Target: AddressForm, Args: map[string]Form{
		"eppn": TextForm + optional, "name": TextForm + optional, "cos": ClassForm, "hidden": YesForm + optional, "size": SizeForm + optional, "mark": TextForm}},
	AccountDestroy: {Step: true, Target: AddressForm, Args: map[string]Form{"id": IdentForm}},

	ListCreate:   {Changes: true, Object: true, Makes: true, Keepers: true, Target: FreshForm, Args: listArgs},
	GroupCreate:  {Changes: true, Object: true, Makes: true, Keepers: true, Target: FreshForm, Args: listArgs},
	FanOutCreate: {Changes: true, Object: true, Makes: true, Keepers: true, Target: FreshForm, Args: map[string]Form{"members": MembersForm, "until": DayForm + optional}},
	ListDelete:   {Changes: true, Object: true, Takes: true, Keepers: true, Target: ListForm},
	ListRestore:  {Changes: true, Object: true, Keepers: true, Target: ListForm, Args: map[string]Form{"until": DayForm + optional}},
	ListRename:   {Changes: true, Object: true, Takes: true, Keepers: true, Target: ListForm, Args: map[string]Form{"to": AddressForm}},
	ListAdd:      {Changes: true, Object: true, Keepers: true, Target: ListForm, Args: map[string]Form{"members": MembersForm}},
	ListRemove:   {Changes: true, Object: true, Takes: true, Keepers: true, Target: ListForm, Args: map[string]Form{"members": MembersForm}},
	ListAlias:    {Changes: true, Object: true, Keepers: true, Target: ListForm, Args: map[string]Form{"alias": AddressForm}},
	ListUnalias:  {Changes: true, Object: true, Takes: true, Keepers: true, Target: ListForm, Args: map[string]Form{"alias": AddressForm}},
	ListSender:   {Changes: true, Object: true, Keepers: true, Target: ListForm, Args: map[string]Form{"sender": AccountForm}},
	ListUnsender: {Changes: true, Object: true, Takes: true, Keepers: true, Target: ListForm, Args: map[string]Form{"sender": AccountForm}},
	ListProfile: {Changes: true, Object: true, Keepers: true, Target: ListForm, Args: map[string]Form{
		"name": TextForm + optional, "description": TextForm + optional, "hidden": SwitchForm + optional, "quiet": SwitchForm + optional,
		"until": DayForm + optional}},
	ListShow:        {Target: ListForm},
	ResourceCreate:  {Changes: true, Object: true, Makes: true, Keepers: true, Target: FreshForm, Args: newResourceArgs},
	ResourceDelete:  {Changes: true, Object: true, Takes: true, Keepers: true, Target: ResourceForm},
	ResourceRestore: {Changes: true, Object: true, Keepers: true, Target: ResourceForm},
	ResourceRename:  {Changes: true, Object: true, Takes: true, Keepers: true, Target: ResourceForm, Args: map[string]Form{"to": AddressForm}},
	ResourceProfile: {Changes: true, Object: true, Keepers: true, Target: ResourceForm, Args: resourceArgs},
	ResourceShow:    {Target: ResourceForm},
	TreePublish:     {Changes: true, Object: true, Keepers: true, Target: DomainForm, Args: treeArgs},
	TreeRollback:    {Changes: true, Object: true, Keepers: true, Target: DomainForm, Args: treeArgs},
	TreeWithdraw:    {Changes: true, Object: true, Takes: true, Keepers: true, Target: DomainForm, Args: map[string]Form{"from": BookForm + optional}},
	TreeShow:        {Shows: true, Target: DomainForm},
	AddressReach:    {Shows: true, Target: AddressForm},

	ListMake: {Step: true, Object: true, Makes: true, Target: AddressForm, Args: map[string]Form{"kind": WordForm, "name": RawForm + optional,
		"description": RawForm + optional, "notes": RawForm + optional, "hidden": YesForm + optional, "quiet": YesForm + optional, "mark": TextForm}},
	ListDrop:      {Step: true, Object: true, Target: AddressForm, Args: map[string]Form{"id": IdentForm + optional, "content": BookForm + optional, "mark": TextForm + optional}},
	ListWrite:     {Step: true, Object: true, Target: AddressForm, Args: map[string]Form{"hidden": SwitchForm + optional, "notes": RawForm + optional}},
	ResourceMake:  {Step: true, Object: true, Makes: true, Target: AddressForm, Args: rawResourceArgs()},
	ResourceDrop:  {Step: true, Object: true, Target: AddressForm, Args: map[string]Form{"mark": TextForm}},
	ResourceWrite: {Step: true, Object: true, Target: AddressForm, Args: rawResourceArgs()},
	TreePut:       {Step: true, Object: true, Target: DomainForm, Args: map[string]Form{"tree": RawForm}},
	TreeDrop:      {Step: true, Object: true, Target: DomainForm},

	AccountShow:     {Target: AccountForm},
	RequestList:     {Args: map[string]Form{"scope": ScopeForm + optional}},
	RequestShow:     {Target: RequestForm},
	RequestWhy:      {Target: RequestForm},
	RequestApprove:  {Target: RequestForm},
	RequestReject:   {Target: RequestForm, Args: map[string]Form{"reason": TextForm + optional}},
	RequestCancel:   {Target: RequestForm},
	RequestAgain:    {Target: RequestForm},
	RequestNudge:    {Target: RequestForm},
	RequestAmend:    {Target: RequestForm, Args: map[string]Form{"args": ChangeForm}},
	RequestQuestion: {Target: RequestForm, Args: map[string]Form{"text": TextForm}},
	RequestAnswer:   {Target: RequestForm, Args: map[string]Form{"text": TextForm}},
	RequestUndo:     {Target: RequestForm},
	HistoryShow:     {Target: AccountForm},
	HouseFreeze:     {Changes: true, Governs: true},
	HouseThaw:       {Changes: true, Governs: true, Two: true},
	BrakeRelease:    {Changes: true, Governs: true, Two: true},
	RulesActivate:   {Changes: true, Governs: true, Two: true, Args: bookArgs},
	RulesRollback:   {Changes: true, Governs: true, Two: true, Args: bookArgs},
	RulesUndo:       {Changes: true, Governs: true, Args: map[string]Form{"book": BookForm + optional, "from": BookForm + optional}},
	TokenEnd:        {Changes: true, Governs: true, Target: PersonForm},
	Help:            {Target: TopicForm + optional},

	DriftShow:    {Shows: true, Args: map[string]Form{"causes": CauseForm + many + optional, "population": WordForm + optional, "domain": DomainForm + optional}},
	DriftApply:   {Changes: true, Governs: true, Two: true, Args: planArgs},
	DriftSync:    {Changes: true, Governs: true, Inner: true, Args: planArgs},
	DriftSpare:   {Changes: true, Governs: true, Target: GapForm, Args: map[string]Form{"cause": CauseForm + optional, "lost": AddressForm + optional, "until": DayForm}},
	FiguresShow:  {Shows: true, Target: DomainForm + optional},
	AccountWhole: {Target: AccountForm},

	AliasRenew:     {Changes: true, Target: AccountForm, Args: map[string]Form{"alias": AddressForm, "until": DayForm + optional}},
	AccountRenew:   {Changes: true, Target: AccountForm, Args: map[string]Form{"until": DayForm + optional}},
	AddressShow:    {Shows: true, Target: AddressForm},
	AddressRelease: {Changes: true, Governs: true, Two: true, Target: AddressForm},

	DelegationGrant: {Changes: true, Governs: true, Two: true, Target: PersonForm, Args: map[string]Form{
		"domains": DomainForm + many + optional, "units": UnitForm + many + optional, "lists": AddressForm + many + optional,
		"verbs": VerbForm + many + optional, "classes": ClassForm + many + optional, "quota": SizeForm + optional, "daily": CountForm + optional,
		"from": DayForm + optional, "until": DayForm + optional}},
	DelegationDeputy: {Changes: true, Governs: true, Two: true, Target: MandateForm, Args: map[string]Form{
		"person": PersonForm, "from": DayForm + optional, "until": DayForm}},
	DelegationRevoke: {Changes: true, Governs: true, Target: MandateForm, Args: map[string]Form{"deputy": PersonForm + optional}},
	DelegationShow:   {Target: MandateForm},
	DelegationList:   {Target: AboutForm + optional},
})

// Verbs lists every verb that can be asked, in the order help shows them.
func Verbs() []Verb {
	return []Verb{AliasAdd, AliasRemove, QuotaSet, AccountLock, AccountActivate, AccountClose, AccountHide, AccountUnhide,
		AccountRename, AccountCOS, AccountForward, AccountDelete, AccountRestore, AccountShow, RequestList, RequestShow, RequestWhy,
		RequestApprove, RequestReject, RequestCancel, RequestQuestion, RequestAnswer, RequestAmend, RequestAgain, RequestNudge, RequestUndo, HistoryShow, DelegationList, DelegationShow,
		DelegationGrant, DelegationDeputy, DelegationRevoke, HouseFreeze, HouseThaw, BrakeRelease, TokenEnd,
		RulesActivate, RulesRollback, RulesUndo,
		AccountWhole, DriftShow, DriftApply, DriftSync, DriftSpare, FiguresShow,
		AccountCreate, AccountProfile, AccountShare, AccountUnshare, AccountPurge, AliasMove,
		AliasRenew, AccountRenew, AddressShow, AddressRelease,
		ListShow, ListCreate, GroupCreate, FanOutCreate, ListAdd, ListRemove, ListAlias, ListUnalias, ListSender, ListUnsender, ListProfile,
		ListRename, ListDelete, ListRestore, ResourceShow, ResourceCreate, ResourceProfile, ResourceRename, ResourceDelete, ResourceRestore,
		TreeShow, TreePublish, TreeRollback, TreeWithdraw, AddressReach, Help}
}

// urgent: who asks for it waits neither for the directory nor for a book that can be
// read. It stops something, and whoever should not have been stopped begins again.
func (v Verb) urgent() bool { return v == HouseFreeze || v == TokenEnd }

func (v Verb) governs() bool { return specs[v].Governs }

func (v Verb) takes() bool { return specs[v].Takes }

// takesTwo: whatever the rules say, one person alone is not enough.
func (v Verb) takesTwo() bool { return specs[v].Two }

func (f Form) required() bool { return f != NoForm && !strings.HasSuffix(string(f), optional) }

var (
	topicForm   = regexp.MustCompile(`^[a-z.]{1,40}$`)
	classForm   = regexp.MustCompile(`^[\pL\pN](?:[\pL\pN._·-]{0,62}[\pL\pN])?$`)
	changeForm  = regexp.MustCompile(`^[\pL\pN][\pL\pN@._+=·,-]{0,253}(?: [\pL\pN@._+=·,-]{1,20}){0,2}$`)
	bookForm    = regexp.MustCompile(`^[0-9a-f]{8,64}$`)
	phoneForm   = regexp.MustCompile(`^\+?[0-9](?:[0-9 ()./-]{0,30}[0-9])?$`)
	identForm   = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
	gapForm     = regexp.MustCompile(`^[eE]-?([0-9]{8})$`)
	requestForm = regexp.MustCompile(`^(?:[dD]-)?0*([1-9][0-9]{0,9})$`)
)

// canonical checks value against the form and returns the one way to write it.
func (f Form) canonical(name, value string) (string, error) {
	base := Form(strings.TrimSuffix(string(f), optional))
	if value == "" && f.required() {
		return "", Fail(Invalid, MissingArgument, "name", name)
	}
	if value == "" {
		return "", nil
	}
	if one, several := strings.CutSuffix(string(base), many); several {
		return Form(one).all(name, value)
	}
	switch base {
	case PersonForm, MandateForm, DomainForm, UnitForm, VerbForm, CountForm, DayForm, AboutForm:
		if said, ok := base.right(value); ok {
			return said, nil
		}
	case MembersForm, SwitchForm, RoomForm, StateForm, RawForm:
		if said, ok := base.ofObject(value); ok {
			return said, nil
		}
	case GapForm:
		if m := gapForm.FindStringSubmatch(value); m != nil {
			return "E-" + m[1], nil
		}
		a, err := ParseAddress(value)
		return string(a), err
	case AddressForm, NewForm, ListForm, ResourceForm, FreshForm:
		a, err := ParseAddress(value)
		return string(a), err
	case PhoneForm, SendForm, IdentForm, YesForm:
		if said, ok := base.ofAccount(value); ok {
			return said, nil
		}
	case AccountForm:
		if !strings.Contains(value, "@") && isLogin(lowerASCII(value)) {
			return lowerASCII(value), nil
		}
		a, err := ParseAddress(value)
		return string(a), err
	case ForwardForm:
		if lowerASCII(value) == Nowhere {
			return Nowhere, nil
		}
		a, err := ParseAddress(value)
		return string(a), err
	case ClassForm:
		if classForm.MatchString(value) {
			return value, nil
		}
	case SizeForm:
		n, err := ParseSize(value)
		if err != nil {
			return "", err
		}
		return n.String(), nil
	case RequestForm:
		m := requestForm.FindStringSubmatch(value)
		if m == nil {
			return "", Fail(NotFound, UnknownRequest, "value", value)
		}
		return "D-" + m[1], nil
	case ScopeForm:
		if slices.Contains([]string{"mine", "pending", "all"}, value) {
			return value, nil
		}
	case ChangeForm:
		if changeForm.MatchString(value) {
			return value, nil
		}
	case CauseForm:
		if slices.Contains(Causes(), GapCause(lowerASCII(value))) {
			return lowerASCII(value), nil
		}
	case WordForm:
		if plain(lowerASCII(value), 32, "-") {
			return lowerASCII(value), nil
		}
	case BookForm:
		if bookForm.MatchString(lowerASCII(value)) {
			return lowerASCII(value), nil
		}
	case TopicForm:
		if topicForm.MatchString(value) {
			return value, nil
		}
	case TextForm:
		if line, ok := oneLine(value); ok {
			return line, nil
		}
	}
	return "", Fail(Invalid, InvalidArgument, "name", name, "value", value)
}

// oneLine accepts text that people may read in a card: valid UTF-8, nothing
// invisible, at most 500 characters.
func oneLine(s string) (string, bool) {
	s = oneSpace(s)
	odd := strings.ContainsFunc(s, func(r rune) bool { return !readable(r) })
	return s, utf8.ValidString(s) && !odd && s != "" && utf8.RuneCountInString(s) <= 500
}

func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

// readable leaves out control, bidirectional and zero-width characters.
func readable(r rune) bool { return unicode.IsPrint(r) && r != utf8.RuneError }
