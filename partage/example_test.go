package partage_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// An account is read, given a larger quota, and read again.
func Example() {
	ctx, sim := context.Background(), must(simulator.New(simulator.Config{Now: time.Now, University: simulator.NewUniversity(1000)}))
	base, stop, err := sim.Listen(ctx, "127.0.0.1:0") // for real: https://api.partage.renater.fr/service/domain
	check(err)
	defer stop()
	client := must(partage.New(partage.Config{BaseURL: base, Domain: "unistra.fr", Key: sim.Keys()["unistra.fr"], Now: time.Now}))
	defer client.Close()
	account := must(client.GetAccount(ctx, "jeanne.dupont@unistra.fr"))
	fmt.Printf("%s: %d GiB\n", account.DisplayName, account.Quota>>30)

	writer := must(client.Writer(ctx)) // takes a token: record writer.Issued() with the intent
	check(writer.ModifyAccount(ctx, account.Name, partage.Change{Quota: new(int64(8 << 30))}))
	account = must(client.GetAccount(ctx, account.Name)) // a success is believed once read back
	fmt.Printf("%s: %d GiB\n", account.DisplayName, account.Quota>>30)
	// Output:
	// Jeanne Dupont: 5 GiB
	// Jeanne Dupont: 8 GiB
}

func must[T any](value T, err error) T { check(err); return value }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
