//go:build servers

package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// A race is what a child process is told to run.
type race struct {
	Address, Name string
	Each          int  // notes of each of eight writers
	Sabotage      bool // swap without comparing
}

func init() { runRace = runRaceOf }

// runRaceOf is the child: it prints what its writers were told.
func runRaceOf(told string) int {
	var r race
	err := json.Unmarshal([]byte(told), &r)
	if err == nil {
		err = r.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (r race) run() error {
	l, err := OpenPostgres(context.Background(), r.Address, "", rand.Reader)
	if err != nil {
		return err
	}
	defer l.Close()
	if r.Sabotage {
		l.keep = swapWithoutComparing
	}
	var tr trial
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			tr.write(context.Background(), l, fmt.Sprintf("%s%d", r.Name, w), func(n int) bool { return n < r.Each })
		})
	}
	writers.Wait()
	if len(tr.failed) > 0 {
		return tr.failed[0]
	}
	return json.NewEncoder(os.Stdout).Encode(tr.acks)
}

// Two processes with eight writers each append to one database: each position is
// given once.
func processesRace(t *testing.T, p *dev.PostgresServer) {
	each := 30
	if *long {
		each = 500
	}
	for name, sabotage := range map[string]bool{"as it is": false, "no compare-and-swap": true} {
		t.Run(name, func(t *testing.T) {
			address := freshDatabase(t, p)
			l := openPostgres(t, address)
			acks := map[string]desk.Seq{}
			var mu sync.Mutex
			var both sync.WaitGroup
			for _, child := range []string{"a", "b"} {
				both.Go(func() {
					told := runChild(t, race{address, child, each, sabotage})
					mu.Lock()
					defer mu.Unlock()
					for text, at := range told {
						acks[text] = at
					}
				})
			}
			both.Wait()
			tr := trial{acks: acks}
			if lost, _ := tr.verdict(t, l); sabotage == (lost == 0) {
				t.Errorf("lost %d", lost)
			}
			if shared := len(acks) - len(positions(acks)); sabotage == (shared == 0) || len(acks) != 16*each {
				t.Errorf("%d acknowledged, %d at the position of another", len(acks), shared)
			}
		})
	}
}

func positions(acks map[string]desk.Seq) map[desk.Seq]bool {
	taken := map[desk.Seq]bool{}
	for _, at := range acks {
		taken[at] = true
	}
	return taken
}

func runChild(t *testing.T, r race) (acks map[string]desk.Seq) {
	told, err := json.Marshal(r)
	if err != nil {
		t.Error(err)
		return nil
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childRace+"="+string(told))
	var wrong bytes.Buffer
	child.Stderr = &wrong
	out, err := child.Output()
	if err != nil {
		t.Errorf("child: %v: %s", err, &wrong)
		return nil
	}
	if err := json.Unmarshal(out, &acks); err != nil {
		t.Errorf("child: %v", err)
	}
	return acks
}
