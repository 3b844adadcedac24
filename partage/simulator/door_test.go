package simulator

import (
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
)

// FuzzDoor sends any form to any method: the answer is always whole, and XML
// when it says so.
func FuzzDoor(f *testing.F) {
	names := slices.Sorted(maps.Keys(methods()))
	for i, name := range names {
		for _, form := range writes[name] {
			f.Add(uint8(i), form)
		}
		f.Add(uint8(i), jeanne+"&limit=1&offset=99999999999999999999&ldap_query=(%26(mail=*)(!(sn=x)))")
	}
	f.Add(uint8(0), "definition=%7B%22a%22%3A%22%00%ff%22%7D&name=%zz")
	u := NewUniversity(1000)
	f.Fuzz(func(t *testing.T, method uint8, form string) {
		b := newBench(t, Config{University: u})
		token := b.token("unistra.fr")
		for _, name := range []string{names[int(method)%len(names)], "zimlet_dl/GetDefinition", "GetAccount"} {
			_, media, body := b.do("POST", "/service/domain/"+name+"/"+token, form)
			if media == xmlMedia && !wellFormed(body) {
				t.Errorf("%s: %q", name, body)
			}
		}
	})
}

func wellFormed(body string) bool {
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		if _, err := d.Token(); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// FuzzFaults reads any text as a fault of the command line, and as a list of them.
func FuzzFaults(f *testing.F) {
	f.Add("ModifyAccount:drop,effect=late,delay=30s,times=1,message=a,b")
	f.Add(`[{"method":"*","rate":0.5,"times":3,"shift":-1}]`)
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = ParseFault(text)
		_, _ = ReadFaults(strings.NewReader(text))
	})
}
