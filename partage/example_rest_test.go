package partage_test

import (
	"context"
	"fmt"
	"log"
	"net/url"
	"time"

	"github.com/unistra/melusine/partage"
)

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
