package main

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// settings writes the configuration of a server on the storm's journal. The
// directory and the chat that it names do not answer, which stops nothing.
func (s *storm) settings(t *testing.T, watch string) (file string) {
	t.Helper()
	c, dir := openable(t)
	c.Journal, c.FreezeFile, c.Operations.Listen = s.Journal, s.Freeze, watch
	c.Partage.URL, c.Directory.URL, c.Directory.PasswordFile = s.Partage, "ldaps://"+freePort(t), c.SecretFile
	c.Mattermost.URL, c.Mattermost.Listen = "http://"+freePort(t), freePort(t)
	c.Mattermost.CallbackURL, c.Portal.Listen = "http://"+c.Mattermost.Listen, freePort(t)
	c.Delegations = nil
	text, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(dir, "melusine.yml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// served runs a real server on the storm's journal until it says on /readyz
// whether it is ready, and then asks it to stop.
func (s *storm) served(t *testing.T) (said report, told string) {
	t.Helper()
	watch := freePort(t)
	var complaint strings.Builder
	p := exec.Command("melusine", "serve", s.settings(t, watch))
	p.Stderr = &complaint
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	for said.Dependencies == nil {
		if answer, err := http.Get("http://" + watch + "/readyz?lang=en"); err == nil {
			err = json.NewDecoder(answer.Body).Decode(&said)
			if answer.Body.Close(); err != nil {
				t.Fatal(err)
			}
		}
		select {
		case err := <-ended:
			t.Fatalf("%v: %s", err, &complaint)
		case <-time.After(20 * time.Millisecond):
		}
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("%v: %s", err, &complaint)
	}
	return said, complaint.String()
}

// A row that was edited: a real server shows what comes before, says so, and
// sends nothing, though the next to last request waits for it. Of a journal that
// nobody has edited it says nothing of the kind.
func TestAnEditedJournalIsOnlyRead(t *testing.T) {
	s := newStorm(t, 150, *stormSeed)
	n := s.sending(t)
	n.kill()
	if said, told := s.served(t); said.Frozen != "" || said.Dependencies[0].Ill || strings.Contains(told, "read-only") {
		t.Errorf("of a sound journal: %+v\n%s", said, told)
	}
	tamper(t, s.Journal, "UPDATE event SET at = at + 1 WHERE seq = 20")
	sends := len(s.partage.Log())
	said, told := s.served(t)
	if said.Ready || said.Frozen == "" || !said.Dependencies[0].Ill || !strings.Contains(said.Dependencies[0].Why, "event 20") {
		t.Errorf("%+v", said)
	}
	if !strings.Contains(told, "read-only: the journal is damaged") {
		t.Errorf("nobody is told: %s", told)
	}
	if now := len(s.partage.Log()); now > sends {
		t.Errorf("%d writes", now-sends)
	}
}
