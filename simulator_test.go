package main

import (
	"bufio"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// Each switch of the simulator, that is each setting with a help, is a flag.
func TestEverySwitchIsAFlag(t *testing.T) {
	values := map[reflect.Kind]string{reflect.Bool: "true", reflect.Int: "7", reflect.Int64: "7s"}
	capital := regexp.MustCompile(`([a-z])([A-Z])`)
	tried := 0
	for i := range reflect.TypeFor[simulator.Config]().NumField() {
		f := reflect.TypeFor[simulator.Config]().Field(i)
		if f.Tag.Get("help") == "" {
			continue
		}
		tried++
		var c cli
		flag := "--" + strings.ToLower(capital.ReplaceAllString(f.Name, "$1-$2")) + "=" + values[f.Type.Kind()]
		if _, err := kong.Must(&c, kong.BindTo(t.Context(), (*context.Context)(nil))).Parse([]string{"simulator", flag}); err != nil {
			t.Errorf("%s: %v", flag, err)
		}
		got := reflect.ValueOf(c.Simulator.Config).Field(i).Interface()
		if text := fmt.Sprint(got); text != values[f.Type.Kind()] {
			t.Errorf("%s gives %v", flag, got)
		}
	}
	if tried < 10 {
		t.Errorf("%d switches", tried)
	}
}

// A simulator killed at any moment starts again with every write that it
// answered.
func TestASimulatorThatIsKilledLosesNothingItAnswered(t *testing.T) {
	file, domain := filepath.Join(t.TempDir(), "state"), "unistra.fr"
	answered, number := map[partage.Address]bool{}, 0
	for _, writes := range []int{1, 3, 17, 60, 0} {
		address := freePort(t)
		p := exec.Command("melusine", "simulator", "--listen", address, "--accounts", "1000", "--file", file)
		out, err := p.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan()
		lines.Scan()
		key := lines.Text()[strings.LastIndexByte(lines.Text(), ' ')+1:]
		client, err := partage.New(partage.Config{BaseURL: "http://" + address + "/service/domain", Domain: domain, Key: partage.NewSecret(key), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		for name := range answered {
			if _, err := client.GetAccount(t.Context(), name); err != nil {
				t.Errorf("%s is lost: %v", name, err)
			}
		}
		w, err := client.Writer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		acknowledged := 0
		var wg sync.WaitGroup
		var mu sync.Mutex
		for range 4 {
			wg.Go(func() {
				for writes > 0 {
					mu.Lock()
					number++
					name := partage.Address(fmt.Sprintf("n%d@%s", number, domain))
					mu.Unlock()
					if w.CreateAccount(t.Context(), name, partage.NewAccount{Password: partage.NewSecret("x")}) != nil {
						return // killed
					}
					mu.Lock()
					answered[name] = true
					if acknowledged++; acknowledged == writes {
						_ = p.Process.Kill()
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		_ = p.Process.Kill()
		_ = p.Wait()
		client.Close()
	}
	if len(answered) < 60 {
		t.Errorf("%d writes", len(answered))
	}
}
