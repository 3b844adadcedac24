package simulator

import (
	"fmt"
	"net/http"
	"testing"
)

// What a page costs, in accounts looked at, does not grow with its depth nor
// with the university, once it was looked through; and no more is held of it.
func TestAPageCostsTheSameAtAnyDepth(t *testing.T) {
	for _, size := range []int{100_000, 400_000} {
		u, looked := NewUniversity(size), 0
		l := newListing(u, query{domain: &u.domains[1], by: "mail", match: func(h holder) bool {
			looked++
			return len(h.get("zimbraNotes")) == 0
		}})
		if got := l.page(0, 100); len(got) != 100 || looked > 3*block {
			t.Errorf("%d accounts: the first page looks at %d", size, looked)
		}
		total := l.total()
		for _, offset := range []int{0, total / 3, total / 2, total - 100} {
			looked = 0
			if got := l.page(offset, 100); len(got) != 100 || looked > 3*block {
				t.Errorf("%d accounts: at %d, %d found by looking at %d", size, offset, len(got), looked)
			}
		}
		if held := len(l.before) + len(l.order) + len(l.come); held > size/block+2 {
			t.Errorf("%d accounts: %d numbers held", size, held)
		}
	}
}

// BenchmarkPage is a page of 100 of ten million accounts, by what is asked and
// where: "of-first" is the time of the same page at the beginning.
func BenchmarkPage(b *testing.B) {
	u := NewUniversity(10_000_000)
	s := newBench(b, Config{University: u})
	token := s.token("etu.unistra.fr")
	page := func(form string) {
		if _, _, body := s.do("POST", "/service/domain/GetAllAccounts/"+token, "limit=100&"+form); len(body) < 10_000 {
			b.Fatal(body)
		}
	}
	for _, query := range []string{"", "ldap_query=(carLicense=*)", "ldap_query=(!(zimbraHideInGAL=TRUE))", "sortby=sn"} {
		first := 0.0
		for _, offset := range []int{0, 1_000_000, 8_000_000} {
			form := fmt.Sprintf("%s&offset=%d", query, offset)
			page(form)
			b.Run(form, func(b *testing.B) {
				for b.Loop() {
					page(form)
				}
				if each := b.Elapsed().Seconds() / float64(b.N); offset == 0 {
					first = each
				} else {
					b.ReportMetric(each/first, "of-first")
				}
			})
		}
	}
}

// BenchmarkCalls is how many simple calls a second the server answers, without
// the network: the goal is 5,000 with it.
func BenchmarkCalls(b *testing.B) {
	for method, form := range map[string]string{"GetAccount": jeanne, "ModifyAccount": jeanne + "&zimbraNotes=x", "CountObjects": "type=userAccount"} {
		b.Run(method, func(b *testing.B) {
			s := newBench(b, Config{University: NewUniversity(97_484)})
			token := s.token("unistra.fr")
			for b.Loop() {
				s.do("POST", "/service/domain/"+method+"/"+token, form)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/5000, "of-goal")
		})
	}
}

// BenchmarkCallsOverHTTP has client and server share the machine.
func BenchmarkCallsOverHTTP(b *testing.B) {
	s := newBench(b, Config{University: NewUniversity(97_484)})
	base, stop, err := s.Listen(b.Context(), "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	to := base + "/GetAccount/" + s.token("unistra.fr")
	b.SetParallelism(8)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if got := exchange(client, to, jeanne); got[:3] != "200" {
				b.Error(got)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/5000, "of-goal")
	client.CloseIdleConnections()
	if err := stop(); err != nil {
		b.Error(err)
	}
}
