package partage_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// start runs a simulated Partage of 1000 accounts; a real one needs the URL and
// the keys that RENATER gives.
func start(ctx context.Context) (base string, keys map[string]partage.Secret, stop func() error) {
	sim, err := simulator.New(simulator.Config{Now: time.Now, University: simulator.NewUniversity(1000)})
	if err != nil {
		log.Fatal(err)
	}
	base, stop, err = sim.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return base, sim.Keys(), stop
}

func Example() {
	ctx := context.Background()
	base, keys, stop := start(ctx)
	defer stop()
	domains, err := partage.NewDomains(partage.Config{BaseURL: base, Now: time.Now}, keys)
	if err != nil {
		log.Fatal(err)
	}
	defer domains.Close()

	const jeanne = partage.Address("jeanne.dupont@unistra.fr")
	client, err := domains.For(jeanne)
	if err != nil {
		log.Fatal(err)
	}
	account, err := client.GetAccount(ctx, jeanne)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d GiB\n", account.DisplayName, account.Quota>>30)

	writer, err := client.Writer(ctx) // takes a token: record writer.Issued() with the intent
	if err != nil {
		log.Fatal(err)
	}
	if err := writer.ModifyAccount(ctx, jeanne, partage.Change{Quota: new(int64(8 << 30))}); err != nil {
		log.Fatal(err)
	}
	account, err = client.GetAccount(ctx, jeanne) // a success is believed once read back
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d GiB\n", account.DisplayName, account.Quota>>30)
	// Output:
	// Jeanne Dupont: 5 GiB
	// Jeanne Dupont: 8 GiB
}

func ExampleClient_GetAllAccounts() {
	ctx := context.Background()
	base, keys, stop := start(ctx)
	defer stop()
	client, err := partage.New(partage.Config{BaseURL: base, Domain: "physique.unistra.fr", Key: keys["physique.unistra.fr"], Now: time.Now})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	for account, err := range client.GetAllAccounts(ctx, partage.Query{Filter: "(sn=Langevin)"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(account.Name, account.CarLicense)
	}
	// Output: paul.langevin@physique.unistra.fr plangevin@unistra.fr
}

func ExampleClassOf() {
	ctx := context.Background()
	base, keys, stop := start(ctx)
	defer stop()
	client, err := partage.New(partage.Config{BaseURL: base, Domain: "unistra.fr", Key: keys["unistra.fr"], Now: time.Now})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	writer, err := client.Writer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	switch err := writer.AddAccountAlias(ctx, "jeanne.dupont@unistra.fr", "marie.curie@unistra.fr"); partage.ClassOf(err) {
	case partage.Unknown:
		fmt.Println("wait, then read back: it may have been done")
	case partage.Conflict:
		fmt.Println("the address is taken, nothing was done")
	}
	// Output: the address is taken, nothing was done
}

func ExampleSecret() {
	key := partage.NewSecret("0123456789abcdef")
	fmt.Printf("%v %+v %#v\n", key, key, struct{ Key partage.Secret }{key})
	// Output: ••• ••• struct { Key partage.Secret }{Key:•••}
}

func ExampleWriter_AddGroupMembers() {
	ctx := context.Background()
	base, keys, stop := start(ctx)
	defer stop()
	client, err := partage.New(partage.Config{BaseURL: base, Domain: "unistra.fr", Key: keys["unistra.fr"], Now: time.Now})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	writer, err := client.Writer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	const list = partage.Address("chorale@unistra.fr")
	if err := writer.CreateGroup(ctx, list, partage.GroupChange{DisplayName: new("Chorale")}); err != nil {
		log.Fatal(err)
	}
	if err := writer.AddGroupMembers(ctx, list, "jeanne.dupont@unistra.fr", "soprano@ailleurs.example"); err != nil {
		log.Fatal(err)
	}
	group, err := client.GetGroup(ctx, list)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(group.DisplayName, group.MailStatus, group.Members)
	// Output: Chorale enabled [jeanne.dupont@unistra.fr soprano@ailleurs.example]
}

// An account is opened with the hash of its owner's password, gets an alias, is
// renamed, and closed before it is deleted one day.
func ExampleWriter_CreateAccount() {
	ctx := context.Background()
	client, stop := connect(ctx, "physique.unistra.fr")
	defer stop()
	writer, err := client.Writer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	const ada, king = partage.Address("ada.lovelace@physique.unistra.fr"), partage.Address("ada.king@physique.unistra.fr")
	err = errors.Join(
		writer.CreateAccount(ctx, ada, partage.NewAccount{
			PasswordHash: partage.NewSecret("{SSHA}ZXhhbXBsZQ=="),
			Others:       partage.Change{GivenName: new("Ada"), SN: new("Lovelace"), CarLicense: new("alovelac@unistra.fr")},
		}),
		writer.AddAccountAlias(ctx, ada, "ada@physique.unistra.fr"),
		writer.RenameAccount(ctx, ada, king),
		writer.ModifyAccount(ctx, king, partage.Change{SN: new("King"), Status: new(partage.Closed), HideInGal: new(true)}),
	)
	if err != nil {
		log.Fatal(err)
	}
	account, err := client.GetAccount(ctx, "ada@physique.unistra.fr") // an alias will do
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Name, account.GivenName, account.SN, account.Status)
	// Output: ada.king@physique.unistra.fr Ada King closed
}
