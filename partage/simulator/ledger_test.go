package simulator

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// again is a server that starts on the file of b, some time later, as after a
// kill: b was not closed.
func (b *bench) again(path string, after time.Duration) *bench {
	b.t.Helper()
	n := newBench(b.t, Config{University: b.u, File: path})
	n.at = b.at.Add(after)
	return n
}

// What was accepted for later is still to come after a restart, once.
func TestPromisesOutliveTheServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	b := newBench(t, Config{File: path})
	set := func(f Fault) {
		t.Helper()
		if err := b.SetFaults(f); err != nil {
			t.Fatal(err)
		}
	}
	set(Fault{Method: "*", Effect: Late, Delay: time.Minute})
	has(t, b.call("unistra.fr", "ModifyAccount", jeanne+"&sn=Tard"), done)
	has(t, b.call("unistra.fr", "AddAccountAlias", jeanne+"&alias=x@unistra.fr"), done)
	set(Fault{Method: "ModifyAccount", Effect: Overtaken})
	has(t, b.call("unistra.fr", "ModifyAccount", jeanne+"&zimbraNotes=depasse"), done)
	b.faults = nil
	has(t, b.call("unistra.fr", "AddAccountAlias", "name=marie.curie@unistra.fr&alias=x@unistra.fr"), done) // and the note

	early := b.again(path, time.Second)
	has(t, early.call("unistra.fr", "GetAccount", jeanne), "<sn>Dupont<", "<zimbraNotes>depasse<")
	if len(early.late) != 2 {
		t.Errorf("%+v", early.late)
	}
	for range 2 { // what comes true is told in the file, and does not come twice
		late := b.again(path, time.Hour)
		has(t, late.call("unistra.fr", "GetAccount", jeanne), "<sn>Tard<", "-x@unistra.fr")
		if len(late.late) != 0 || len(late.Log()) != 0 {
			t.Errorf("%+v", late.late)
		}
		has(t, late.call("unistra.fr", "GetAccount", "name=x@unistra.fr"), "<name>marie.curie@unistra.fr<")
	}
	text, _ := os.ReadFile(path)
	if n := strings.Count(string(text), "\n"); n != 1+3+2+2 { // heading, promises, writes, late and void
		t.Errorf("%d lines:\n%s", n, text)
	}
}

// Wherever the file was cut, a server starts with the writes that are whole, and
// tells what it dropped.
func TestAFileCutAnywhere(t *testing.T) {
	dir, u := t.TempDir(), NewUniversity(1000)
	path := filepath.Join(dir, "state")
	b := newBench(t, Config{File: path, University: u})
	for i := range 3 {
		has(t, b.call("unistra.fr", "CreateAccount", fmt.Sprintf("name=n%d@unistra.fr&password=x", i)), done)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	heading := strings.IndexByte(string(whole), '\n') + 1
	for cut := heading; cut <= len(whole); cut++ {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s := b.again(path, 0)
		kept := strings.Count(string(whole[heading:cut]), "\n")
		if s.created != kept || (s.Torn() > 0) != (whole[cut-1] != '\n') {
			t.Errorf("cut at %d: %d accounts, %d bytes torn", cut, s.created, s.Torn())
		}
		has(t, s.call("unistra.fr", "CreateAccount", "name=after@unistra.fr&password=x"), done)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if s = b.again(path, 0); s.created != kept+1 || s.Torn() != 0 {
			t.Errorf("cut at %d, written again: %d accounts, %d bytes torn", cut, s.created, s.Torn())
		}
		_ = s.Close()
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]Founding{
		"domain": {Domain: "univ-test.fr", Accounts: 1000}, "size": {Domain: Strasbourg, Accounts: 1001}, "seed": {Domain: Strasbourg, Accounts: 1000, Seed: 1},
		"domains": {Domain: Strasbourg, Accounts: 1000, Domains: []string{"x.fr"}},
	} {
		if _, err := New(Config{Now: time.Now, University: f.University(), File: path}); err == nil || !strings.Contains(err.Error(), "it begins with") {
			t.Errorf("another %s: %v", name, err)
		}
	}
	old := strings.Replace(string(whole), `"version":2`, `"version":1`, 1)
	if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Now: time.Now, University: u, File: path}); err == nil {
		t.Error("another version is accepted")
	}
}

// Writes are done again under the switches of their time.
func TestAFileAndSwitchesThatChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	b := newBench(t, Config{File: path, GroupsEmpty: true, Sync: true, Others: []*University{Founding{Domain: "univ-test.fr", Accounts: 1000, Seed: 1}.University()}})
	has(t, b.call("unistra.fr", "ModifyGroup", "name=direction@unistra.fr&displayName="), done)
	has(t, b.call("univ-test.fr", "ModifyAccount", "name=jeanne.dupont@univ-test.fr&sn=Autre"), done)
	if err := b.SetSwitch("max-accounts", "1"); err != nil {
		t.Fatal(err)
	}
	n := newBench(t, Config{University: b.u, File: path, Others: []*University{b.all[1].u}})
	has(t, n.call("unistra.fr", "GetGroup", "name=direction@unistra.fr"), "-displayName")
	has(t, n.call("univ-test.fr", "GetAccount", "name=jeanne.dupont@univ-test.fr"), "<sn>Autre<")
	has(t, n.call("unistra.fr", "GetAccount", jeanne), "<sn>Dupont<")
}
