package main

import (
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage/simulator"
)

// everyObjectVerb is what Sophie asks of lists, resources and trees; Henri approves
// where it must be. MEMBER and SENDER are of the list direction.
var everyObjectVerb = []struct {
	action, before string   // what is before is asked first, undisturbed
	methods        []string // that the action sends; each is disturbed in turn
}{
	{`list.create tousNEW@DOMAIN name="Tous, é" members=PAUL,direction@DOMAIN`, "", []string{"CreateGroup", "AddGroupMembers"}},
	{"group.create partagesNEW@DOMAIN name=Partages members=PAUL", "", []string{"CreateGroup", "AddGroupMembers"}},
	{"fanout.create accueilNEW@DOMAIN members=PAUL,jeanne.dupont@unistra.fr,ailleurs@example.org", "", []string{"CreateGroup", "AddGroupMembers"}},
	{"list.add direction@DOMAIN members=PAUL,MEMBER,x@example.org", "", []string{"AddGroupMembers"}},
	{"list.remove direction@DOMAIN members=MEMBER,x@example.org", "", []string{"RemoveGroupMembers"}},
	{"list.alias direction@DOMAIN alias=chefs@DOMAIN", "", []string{"AddDistributionListAlias"}},
	{"list.unalias direction@DOMAIN alias=directeurs@DOMAIN", "", []string{"RemoveDistributionListAlias"}},
	{"list.sender direction@DOMAIN sender=PAUL", "", []string{"AddSendAsGroup"}},
	{"list.unsender direction@DOMAIN sender=SENDER", "", []string{"DeleteSendAsGroup"}},
	{`list.profile direction@DOMAIN name="L'équipe" hidden=yes quiet=yes`, "", []string{"ModifyGroup"}},
	{"list.rename direction@DOMAIN to=chefsNEW@DOMAIN", "", []string{"CreateGroup", "AddGroupMembers", "AddSendAsGroup", "RemoveDistributionListAlias",
		"AddDistributionListAlias", "RemoveGroupMembers", "DeleteGroup"}},
	{"list.rename agendas@DOMAIN to=partagesNEW@DOMAIN", "", []string{"CreateGroup", "AddGroupMembers", "DeleteGroup"}},
	{"list.delete direction@DOMAIN", "", []string{"DeleteGroup"}},
	{"list.delete agendas@DOMAIN", "", []string{"RemoveGroupMembers", "ModifyGroup"}},
	{"list.restore direction@DOMAIN", "list.delete direction@DOMAIN", []string{"CreateGroup", "AddGroupMembers", "AddSendAsGroup", "AddDistributionListAlias"}},
	{"list.restore agendas@DOMAIN", "list.delete agendas@DOMAIN", []string{"AddGroupMembers", "ModifyGroup"}},
	{`resource.create laboNEW@DOMAIN name="Salle 9" type=location capacity=12 floor=3 accepts=no`, "", []string{"CreateResource"}},
	{`resource.profile salle-101@DOMAIN name="Salle cent un" capacity=none building="Bât. Ω" forward=PAUL declinesrecurring=yes status=closed`, "", []string{"ModifyResource"}},
	{"resource.delete salle-101@DOMAIN", "", []string{"ModifyResource"}},
	{"resource.restore salle-101@DOMAIN", "resource.delete salle-101@DOMAIN", []string{"ModifyResource"}},
	{"resource.rename salle-101@DOMAIN to=laboNEW@DOMAIN", "resource.profile salle-101@DOMAIN forward=PAUL", []string{"CreateResource", "ModifyResource"}},
	{"tree.publish DOMAIN", "", []string{"zimlet_dl/CreateDefinition"}},
	{"tree.publish DOMAIN", "list.profile direction@DOMAIN name=Chefs", []string{"zimlet_dl/CreateDefinition"}},
	{"tree.withdraw DOMAIN", "tree.publish DOMAIN", []string{"zimlet_dl/DeleteDefinition"}},
	{"tree.rollback DOMAIN", "tree.publish DOMAIN; tree.withdraw DOMAIN", []string{"zimlet_dl/CreateDefinition"}},
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

// holdings are all that Partage has of lists, resources and trees, but for what nobody
// can keep: identifiers, and marks of ours.
type holdings struct {
	Lists     []desk.List
	Resources []desk.Resource
	Trees     map[string]desk.Tree
}

var markOfOurs = regexp.MustCompile(`\s?\[melusine D-[0-9]+ [^\]]*\]`)

func (s stage) objects() (now holdings) {
	s.Helper()
	now = s.read()
	now.Lists = slices.DeleteFunc(now.Lists, desk.List.Emptied)
	for i := range now.Lists {
		l := &now.Lists[i]
		l.ID, l.Notes = "", markOfOurs.ReplaceAllString(l.Notes, "")
	}
	now.Resources = slices.DeleteFunc(now.Resources, desk.Resource.Shelved)
	for i := range now.Resources {
		r := &now.Resources[i]
		r.ID, r.Notes = "", markOfOurs.ReplaceAllString(r.Notes, "")
	}
	return now
}

// read reads all of it, as the house does.
func (s stage) read() (now holdings) {
	s.Helper()
	now.Trees = map[string]desk.Tree{}
	for _, domain := range []string{objectsDomain, "unistra.fr"} { // which has the list above
		found := s.house.office.ObjectsOf(s.Context(), domain)
		now.Lists, now.Resources = append(now.Lists, all(s.T, found.Lists)...), append(now.Resources, all(s.T, found.Resources)...)
		tree, err := found.Tree()
		if err != nil {
			s.Fatal(err)
		}
		now.Trees[domain] = tree
	}
	slices.SortFunc(now.Lists, func(a, b desk.List) int { return strings.Compare(string(a.Address), string(b.Address)) })
	slices.SortFunc(now.Resources, func(a, b desk.Resource) int { return strings.Compare(string(a.Address), string(b.Address)) })
	return now
}

func all[T any](t *testing.T, rows iter.Seq2[T, error]) (all []T) {
	t.Helper()
	for x, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
	return all
}

// newBackstageOfLists is newBackstage with its lists read.
func newBackstageOfLists(t *testing.T) stage {
	t.Helper()
	s := newBackstage(t)
	s.readsLists()
	direction := s.house.mirror.List("direction@" + objectsDomain)
	if len(direction.Members) == 0 || len(direction.Aliases) == 0 {
		t.Fatalf("nothing to try on: %+v", direction)
	}
	return s
}

func (s stage) readsLists() {
	s.Helper()
	for _, domain := range s.house.office.Domains.Names() {
		if err := s.house.readObjects(s.Context(), domain, s.house.desk.Now()); err != nil {
			s.Fatal(err)
		}
	}
}

// known checks that the memory of the house has what Partage has.
func (s stage) known() {
	s.Helper()
	now, held := s.read(), holdings{Trees: map[string]desk.Tree{}}
	for l := range s.house.mirror.Lists() {
		if _, read := now.Trees[l.Address.Domain()]; read {
			held.Lists = append(held.Lists, *l)
		}
	}
	for r := range s.house.mirror.Resources() {
		if _, read := now.Trees[r.Address.Domain()]; read {
			held.Resources = append(held.Resources, *r)
		}
	}
	for domain := range now.Trees {
		held.Trees[domain] = s.house.mirror.Tree(domain)
	}
	if diff := cmp.Diff(now, held, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(desk.List{}, "Asked")); diff != "" {
		s.Errorf("in memory: %s", diff)
	}
}

// Whatever Partage answers to one of its writes, a verb on a list, a resource or a
// tree is done or nothing is changed, memory says so, and what undoes it, asked like
// any other, gives back all that was there.
func TestEveryObjectVerbThroughFaults(t *testing.T) {
	tried := map[desk.Verb]bool{}
	for _, x := range everyObjectVerb {
		for i, method := range x.methods {
			if testing.Short() && i > 0 {
				continue
			}
			t.Run(x.action+", "+method, func(t *testing.T) {
				s := newBackstageOfLists(t)
				sender := s.objects().Lists
				i := slices.IndexFunc(sender, func(l desk.List) bool { return l.Address == "direction@"+objectsDomain })
				text := strings.ReplaceAll(x.action, "SENDER", string(sender[i].Senders[0]))
				for first := range strings.SplitSeq(x.before, "; ") {
					if first != "" && s.does(s.named(first)).State != desk.Settled {
						t.Fatalf("%s is not done", first)
					}
				}
				n := 0
				for name, tt := range troubles {
					if testing.Short() && !slices.Contains([]string{"clean", "answer lost, applied", "accepted, without effect"}, name) {
						continue
					}
					t.Run(name, func(t *testing.T) {
						s := stage{s.demo, t}
						n++ // the address of what was deleted is not given away
						text := strings.ReplaceAll(text, "NEW", strconv.Itoa(n))
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

// What melusine act --dry-run prints of a verb on a list, a resource or a tree is what
// is sent when it is asked, call by call; and to try sends nothing, and leaves nothing.
func TestWhatIsToldOfAnObjectVerbIsSent(t *testing.T) {
	for _, x := range everyObjectVerb {
		t.Run(x.action, func(t *testing.T) {
			s := newBackstageOfLists(t)
			for first := range strings.SplitSeq(x.before, "; ") {
				if first != "" && s.does(s.named(first)).State != desk.Settled {
					t.Fatalf("%s is not done", first)
				}
			}
			text := s.named(strings.ReplaceAll(x.action, "NEW", "-neuf"))
			writes := len(s.partage.Log())
			next, _ := s.house.desk.View.Next()
			told, err := s.house.desk.Rehearse(t.Context(), "sgermain", desk.Chat, mustAction(t, text))
			if err != nil || told.Blocked != nil || len(told.Calls) == 0 {
				t.Fatalf("%v, %v, %d calls", err, told.Blocked, len(told.Calls))
			}
			var out strings.Builder
			o := actCommand{shellOptions: shellOptions{By: "sgermain", Lang: "fr"}}
			if err := o.hand(t.Context(), &out, s.house.desk, mustAction(t, text), true); err != nil {
				t.Fatal(err)
			}
			if after, _ := s.house.desk.View.Next(); after != next || len(s.partage.Log()) != writes {
				t.Fatalf("to try has left %s, and sent %d writes", after, len(s.partage.Log())-writes)
			}
			if r := s.does(text); r.State != desk.Settled || r.ID != next {
				t.Fatalf("%s is %s: %s %s", r.ID, r.State, r.Code, r.Error)
			}
			var sent []desk.Call
			for _, w := range s.partage.Log()[writes:] {
				sent = append(sent, desk.Call{Method: w.Method, Domain: w.Domain, Params: inOrder(w)})
			}
			if diff := cmp.Diff(sent, told.Calls, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			for _, c := range sent {
				if line := "> " + c.Domain + " " + c.String(); !strings.Contains(out.String(), line) {
					t.Errorf("%q is sent, and not printed in\n%s", line, out.String())
				}
			}
		})
	}
}

// inOrder are the parameters of a write as a call tells them.
func inOrder(w simulator.Write) (all []desk.Param) {
	for key, values := range w.Params {
		for _, v := range values {
			all = append(all, desk.Param{Name: key, Value: v})
		}
	}
	if w.Name != "" {
		all = append(all, desk.Param{Name: "name", Value: w.Name})
	}
	slices.SortStableFunc(all, func(a, b desk.Param) int { return strings.Compare(a.Name, b.Name) })
	return all
}
