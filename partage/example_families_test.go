package partage_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/url"
	"time"

	"github.com/unistra/melusine/partage"
	"github.com/unistra/melusine/partage/simulator"
)

// start runs a simulated Partage of 1000 accounts.
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

// connect makes a client of a simulated domain.
func connect(ctx context.Context, domain string) (client *partage.Client, stop func()) {
	base, keys, end := start(ctx)
	client, err := partage.New(partage.Config{BaseURL: base, Domain: domain, Key: keys[domain], Now: time.Now})
	if err != nil {
		log.Fatal(err)
	}
	return client, func() { client.Close(); _ = end() }
}

func ExampleClient_GetCos() {
	ctx := context.Background()
	client, stop := connect(ctx, "unistra.fr")
	defer stop()
	class, err := client.GetCos(ctx, "s_univ-strasbourg_etudiant")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d GiB, telephones: %v\n", class.Quota>>30, class.Features["MobileSync"])
	// Output: 1 GiB, telephones: false
}

func ExampleClient_GetDomain() {
	ctx := context.Background()
	client, stop := connect(ctx, "unistra.fr")
	defer stop()
	domain, err := client.GetDomain(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(domain.Name, domain.PreAuthKey) // the key is there, and does not print
	// Output: unistra.fr •••
}

func ExampleWriter_CreateResource() {
	ctx := context.Background()
	client, stop := connect(ctx, "physique.unistra.fr")
	defer stop()
	writer, err := client.Writer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	const room = partage.Address("salle-neuve@physique.unistra.fr")
	err = writer.CreateResource(ctx, room, partage.NewResource{
		DisplayName: "Salle neuve", Type: partage.Location, Password: partage.NewSecret("nobody will use it"),
		Others: partage.ResourceChange{Capacity: new(int64(40))},
	})
	if err != nil {
		log.Fatal(err)
	}
	resource, err := client.GetResource(ctx, room)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resource.DisplayName, *resource.Capacity)
	// Output: Salle neuve 40
}

func ExampleWriter_CreateDefinition() {
	ctx := context.Background()
	client, stop := connect(ctx, "unistra.fr")
	defer stop()
	writer, err := client.Writer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	err = writer.CreateDefinition(ctx, partage.Definition{Type: partage.Root, Description: "Listes", Children: []partage.Definition{
		{Type: partage.Topic, Description: "Scolarité", Children: []partage.Definition{
			{Type: partage.List, Email: "licence1@listes.unistra.fr", Description: "Première année"},
		}},
	}})
	if err != nil {
		log.Fatal(err)
	}
	tree, err := client.GetDefinition(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tree.Children[0].Description, tree.Children[0].Children[0].Email)
	// Output: Scolarité licence1@listes.unistra.fr
}

func ExampleWriter_AddRootShare() {
	ctx := context.Background()
	client, stop := connect(ctx, "unistra.fr")
	defer stop()
	writer, err := client.Writer(ctx)
	if err != nil {
		log.Fatal(err)
	}
	err = writer.AddRootShare(ctx, "jeanne.dupont@unistra.fr", []partage.Address{"marie.curie@unistra.fr"}, partage.SendAs)
	fmt.Println(err)
	err = writer.RemoveRootShare(ctx, "jeanne.dupont@unistra.fr", "elie.cartan@unistra.fr")
	fmt.Println(partage.ClassOf(err))
	// Output:
	// <nil>
	// not found
}

func ExampleClient_Call() {
	ctx := context.Background()
	client, stop := connect(ctx, "unistra.fr")
	defer stop()
	account, err := client.Call(ctx, "GetAccount", url.Values{"name": {"jeanne.dupont@unistra.fr"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(account.Get("displayName").Text, account.Get("zimbraAccountStatus").Text)
	// Output: Jeanne Dupont active
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
