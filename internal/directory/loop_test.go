package directory

import (
	"context"
	"errors"
	"net"
	"strconv"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// paged serves searches on a line: page gives the entries of each, and whether more
// are said to come.
func paged(t *testing.T, page func(n int) (entries []*record, more bool)) *wire {
	here, there := net.Pipe()
	w := &wire{raw: here, tap: newTap(here), alone: true, timeout: 5 * time.Second}
	w.Conn = ldap.NewConn(w.tap, false)
	w.Start()
	t.Cleanup(w.hangUp)
	go func() {
		for n := 0; ; n++ {
			asked, err := ber.ReadPacket(there)
			if err != nil {
				return
			}
			entries, more := page(n)
			for _, e := range entries {
				_, _ = there.Write(message(e))
			}
			next := ldap.NewControlPaging(0)
			if more {
				next.SetCookie([]byte("more"))
			}
			_, _ = there.Write(done(asked.Children[0].Value.(int64), next))
		}
	}()
	return w
}

func done(id int64, control ldap.Control) []byte {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultDone, nil, "")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, 0, ""))
	for range 2 {
		op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	}
	controls := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
	controls.AppendChild(control.Encode())
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	m.AppendChild(op)
	m.AppendChild(controls)
	return m.Bytes()
}

func pageOf(n int) []*record {
	return []*record{{"uid=p" + strconv.Itoa(n) + ",dc=fr", []attribute{{"uid", []string{"p" + strconv.Itoa(n)}}}}}
}

// A server that never comes to an end is left, whatever it repeats.
func TestALoopIsNotFollowed(t *testing.T) {
	for name, c := range map[string]struct {
		page func(int) ([]*record, bool)
		want error
	}{
		"pages that repeat":   {func(n int) ([]*record, bool) { return pageOf(n % 7), true }, errLoop},
		"a page repeated":     {func(n int) ([]*record, bool) { return pageOf(max(0, n-1)), n < 5 }, errLoop},
		"nothing for ever":    {func(int) ([]*record, bool) { return nil, true }, errLoop},
		"some empty pages":    {func(n int) ([]*record, bool) { return map[bool][]*record{true: pageOf(n)}[n%50 == 0], n < 200 }, nil},
		"pages as they shall": {func(n int) ([]*record, bool) { return pageOf(n), n < 20 }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			config := valid()
			config.Units.Filter, config.Groups.Filter, config.Follow = "", "", Rereading
			d := &Directory{config: config}
			census, err := d.readOn(context.Background(), paged(t, c.page))
			if !errors.Is(err, c.want) || (err == nil) != (census != nil) {
				t.Errorf("got %v", err)
			}
		})
	}
}
