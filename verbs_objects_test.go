package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unistra/melusine/internal/desk"
)

// everyObjectVerb is what Sophie asks of lists, resources and trees; Henri approves
// where it must be. MEMBER and SENDER are of the list direction.
var everyObjectVerb = []struct {
	action, before string   // before is asked first, undisturbed
	methods        []string // that the action sends; each is disturbed in turn
}{
	{`list.create tous@DOMAIN name="Tous, é" members=PAUL,direction@DOMAIN`, "", []string{"CreateGroup", "AddGroupMembers"}},
	{"group.create partages@DOMAIN name=Partages members=PAUL", "", []string{"CreateGroup", "AddGroupMembers"}},
	{"fanout.create contact@DOMAIN members=PAUL,jeanne.dupont@unistra.fr,ailleurs@example.org", "", []string{"CreateGroup", "AddGroupMembers"}},
	{"list.add direction@DOMAIN members=PAUL,MEMBER,x@example.org", "", []string{"AddGroupMembers"}},
	{"list.remove direction@DOMAIN members=MEMBER,x@example.org", "", []string{"RemoveGroupMembers"}},
	{"list.alias direction@DOMAIN alias=chefs@DOMAIN", "", []string{"AddDistributionListAlias"}},
	{"list.unalias direction@DOMAIN alias=directeurs@DOMAIN", "", []string{"RemoveDistributionListAlias"}},
	{"list.sender direction@DOMAIN sender=PAUL", "", []string{"AddSendAsGroup"}},
	{"list.unsender direction@DOMAIN sender=SENDER", "", []string{"DeleteSendAsGroup"}},
	{`list.profile direction@DOMAIN name="L'équipe" hidden=yes quiet=yes`, "", []string{"ModifyGroup"}},
	{"list.rename direction@DOMAIN to=chefs@DOMAIN", "", []string{"CreateGroup", "AddGroupMembers", "AddSendAsGroup", "RemoveDistributionListAlias",
		"AddDistributionListAlias", "RemoveGroupMembers", "DeleteGroup"}},
	{"list.rename agendas@DOMAIN to=partages@DOMAIN", "", []string{"CreateGroup", "AddGroupMembers", "DeleteGroup"}},
	{"list.delete direction@DOMAIN", "", []string{"DeleteGroup"}},
	{"list.delete agendas@DOMAIN", "", []string{"RemoveGroupMembers", "ModifyGroup"}},
	{"list.restore direction@DOMAIN", "list.delete direction@DOMAIN", []string{"CreateGroup", "AddGroupMembers", "AddSendAsGroup", "AddDistributionListAlias"}},
	{"list.restore agendas@DOMAIN", "list.delete agendas@DOMAIN", []string{"AddGroupMembers", "ModifyGroup"}},
	{`resource.create salle-9@DOMAIN name="Salle 9" type=location capacity=12 floor=3 accepts=no`, "", []string{"CreateResource"}},
	{`resource.profile salle-101@DOMAIN name="Salle cent un" capacity=none building="Bât. Ω" forward=PAUL declinesrecurring=yes status=closed`, "", []string{"ModifyResource"}},
	{"resource.delete salle-101@DOMAIN", "", []string{"ModifyResource"}},
	{"resource.restore salle-101@DOMAIN", "resource.delete salle-101@DOMAIN", []string{"ModifyResource"}},
	{"resource.rename salle-101@DOMAIN to=salle-102@DOMAIN", "resource.profile salle-101@DOMAIN forward=PAUL", []string{"CreateResource", "ModifyResource"}},
	{"tree.publish DOMAIN", "", []string{"zimlet_dl/CreateDefinition"}},
	{"tree.publish DOMAIN", "list.profile direction@DOMAIN name=Chefs", []string{"zimlet_dl/CreateDefinition"}},
	{"tree.withdraw DOMAIN", "tree.publish DOMAIN", []string{"zimlet_dl/DeleteDefinition"}},
	{"tree.rollback DOMAIN", "tree.withdraw DOMAIN", []string{"zimlet_dl/CreateDefinition"}},
}

const objectsDomain = "physique.unistra.fr"

// named writes an action out.
func (s stage) named(text string) string {
	s.Helper()
	l := s.house.mirror.List("direction@" + objectsDomain)
	member, sender := "", ""
	if len(l.Members) > 0 {
		member = string(l.Members[0])
	}
	if len(l.Senders) > 0 {
		sender = string(l.Senders[0])
	}
	return strings.NewReplacer("DOMAIN", objectsDomain, "PAUL", "paul.langevin@"+objectsDomain, "MEMBER", member, "SENDER", sender).Replace(text)
}

// objects is all that Partage has of lists, resources and trees, but for what nobody
// can keep: identifiers, and marks of ours.
type snapshot struct {
	Lists     []desk.List
	Resources []desk.Resource
	Trees     map[string]desk.Tree
}

var markOfOurs = regexp.MustCompile(`\s?\[melusine D-[0-9]+ [^\]]*\]`)

func (s stage) objects() (now snapshot) {
	s.Helper()
	for l, err := range s.house.office.Lists(s.Context()) {
		if err != nil {
			s.Fatal(err)
		}
		whole, err := s.house.office.Look(s.Context(), desk.Action{Verb: desk.ListSender, Target: string(l.Address)}, l.ID)
		if err != nil {
			s.Fatal(err)
		}
		l.Senders = whole.Detail.List.Senders
		l.ID, l.Notes = "", markOfOurs.ReplaceAllString(l.Notes, "")
		now.Lists = append(now.Lists, l)
	}
	for r, err := range s.house.office.Resources(s.Context()) {
		if err != nil {
			s.Fatal(err)
		}
		if r.Shelved() {
			continue
		}
		r.ID, r.Notes = "", markOfOurs.ReplaceAllString(r.Notes, "")
		now.Resources = append(now.Resources, r)
	}
	var err error
	if now.Trees, err = s.house.office.Trees(s.Context()); err != nil {
		s.Fatal(err)
	}
	return now
}

// newBackstageOfLists is newBackstage with its lists read.
func newBackstageOfLists(t *testing.T) stage {
	t.Helper()
	s := newBackstage(t)
	if err := s.house.loadObjects(t.Context()); err != nil {
		t.Fatal(err)
	}
	direction := s.house.mirror.List("direction@" + objectsDomain)
	if len(direction.Members) == 0 || len(direction.Aliases) == 0 {
		t.Fatalf("nothing to try on: %+v", direction)
	}
	return s
}

// known checks that the memory of the house has what Partage has.
func (s stage) known() {
	s.Helper()
	var lists []desk.List
	for l, err := range s.house.office.Lists(s.Context()) {
		if err != nil {
			s.Fatal(err)
		}
		lists = append(lists, l)
	}
	var held []desk.List
	for l := range s.house.mirror.Lists() {
		held = append(held, *l)
	}
	if diff := cmp.Diff(lists, held, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(desk.List{}, "Senders", "Asked")); diff != "" {
		s.Errorf("in memory: %s", diff)
	}
	var rooms, kept []desk.Resource
	for r, err := range s.house.office.Resources(s.Context()) {
		if err != nil {
			s.Fatal(err)
		}
		rooms = append(rooms, r)
	}
	for r := range s.house.mirror.Resources() {
		kept = append(kept, *r)
	}
	if diff := cmp.Diff(rooms, kept, cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("in memory: %s", diff)
	}
	if trees, err := s.house.office.Trees(s.Context()); err != nil || !cmp.Equal(trees[objectsDomain], s.house.mirror.Tree(objectsDomain), cmpopts.EquateEmpty()) {
		s.Errorf("in memory another tree: %v", err)
	}
}

// Whatever Partage answers to one of its writes, a verb on a list, a resource or a
// tree is done or nothing is changed, memory says so, and what undoes it, asked like
// any other, gives back all that was there.
func TestEveryObjectVerbThroughFaults(t *testing.T) {
	tried := map[desk.Verb]bool{}
	for _, x := range everyObjectVerb {
		for _, method := range x.methods {
			t.Run(x.action+", "+method, func(t *testing.T) {
				s := newBackstageOfLists(t)
				sender := s.objects().Lists
				i := slices.IndexFunc(sender, func(l desk.List) bool { return l.Address == "direction@"+objectsDomain })
				text := strings.ReplaceAll(x.action, "SENDER", string(sender[i].Senders[0]))
				if x.before != "" && s.does(s.named(x.before)).State != desk.Settled {
					t.Fatalf("%s is not done", x.before)
				}
				for name, tt := range troubles {
					t.Run(name, func(t *testing.T) {
						s := stage{s.demo, t}
						tried[s.objectSuffers(s.named(text), method, name, tt)] = true
						s.known()
					})
				}
			})
		}
	}
	for _, verb := range desk.Verbs() {
		if spec, _ := desk.SpecOf(verb); spec.Changes && spec.Object && !tried[verb] {
			t.Errorf("%s is not tried here", verb)
		}
	}
}

// objectSuffers carries the action out through the trouble, and back.
func (s stage) objectSuffers(text, method, name string, x trouble) desk.Verb {
	s.Helper()
	before := s.objects()
	s.troubled(method, name, x)
	r := s.does(text)
	if err := s.partage.SetFaults(); err != nil {
		s.Fatal(err)
	}
	if r.State != x.want || r.State == desk.Broken && r.Step != 0 {
		s.Fatalf("%s at step %d of %d: %s %s", r.State, r.Step, len(r.Steps()), r.Code, r.Error)
	}
	if r.State == desk.Broken {
		if diff := cmp.Diff(before, s.objects(), cmpopts.EquateEmpty()); diff != "" {
			s.Errorf("it came to nothing, and now: %s", diff)
		}
		return r.Action.Verb
	}
	if cmp.Equal(before, s.objects(), cmpopts.EquateEmpty()) {
		s.Errorf("%s is done, and nothing has changed", text)
	}
	undo, ok := desk.Undo(r.Action, r.Origin)
	if !ok {
		s.Fatal("cannot be undone")
	}
	if back := s.does(undo.String()); back.State != desk.Settled {
		s.Fatalf("%s is %s: %s %s", undo, back.State, back.Code, back.Error)
	}
	if diff := cmp.Diff(before, s.objects(), cmpopts.EquateEmpty()); diff != "" {
		s.Errorf("%s leaves: %s", undo, diff)
	}
	return r.Action.Verb
}
