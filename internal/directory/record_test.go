package directory

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
)

// message is an entry as the library's own encoder writes it.
func message(r *record, controls ...*ber.Packet) []byte {
	text := func(s string) *ber.Packet {
		return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
	}
	attributes := ber.NewSequence("")
	for _, a := range r.attributes {
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range a.values {
			set.AppendChild(text(v))
		}
		one := ber.NewSequence("")
		one.AppendChild(text(a.name))
		one.AppendChild(set)
		attributes.AppendChild(one)
	}
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	op.AppendChild(text(r.dn))
	op.AppendChild(attributes)
	m := ber.NewSequence("")
	m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 300, ""))
	m.AppendChild(op)
	if len(controls) > 0 {
		all := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, c := range controls {
			all.AppendChild(c)
		}
		m.AppendChild(all)
	}
	return m.Bytes()
}

var (
	someRecord = &record{dn: "uid=é,dc=fr", attributes: []attribute{
		{"uid", []string{"ada"}}, {"mail", nil}, {"member;lang-fr", []string{"", "a\x00b", strings.Repeat("x", 300)}}, {"big", []string{strings.Repeat("y", 70_000)}}}}
	records = cmp.AllowUnexported(record{}, attribute{})
)

func TestDecode(t *testing.T) {
	whole := message(someRecord)
	got, err := decode(string(whole))
	if err != nil || !isEntry(string(whole)) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(someRecord, got, records); diff != "" {
		t.Error(diff)
	}
	for n := 0; n < len(whole); n += 1 + n/50 { // cut anywhere, it is no entry
		if r, err := decode(string(whole[:n])); err == nil {
			t.Fatalf("the first %d bytes are %v", n, r)
		}
	}
	if isEntry(string(message(someRecord, ldap.NewControlPaging(1).Encode()))) {
		t.Error("an entry with controls is taken from the library")
	}
	for name, bad := range map[string]string{
		"empty": "", "no length": "\x30", "length of lengths": "\x30\x84\x00", "indefinite": "\x30\x80\x00\x00", "five bytes of length": "\x30\x85\x00\x00\x00\x00\x01x",
		"too long": "\x30\x84\x7f\xff\xff\xff", "long tag": "\x3f\x81\x00", "no id": "\x30\x02\x64\x00", "end": "\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00",
		"id alone": "\x30\x03\x02\x01\x01", "no attributes": "\x30\x07\x02\x01\x01\x64\x02\x04\x00", "value of another type": "\x30\x14\x02\x01\x01\x64\x0f\x04\x00\x30\x0b\x30\x09\x04\x01a\x31\x04\x02\x02\x01\x01",
		"set that is a sequence": "\x30\x10\x02\x01\x01\x64\x0b\x04\x00\x30\x07\x30\x05\x04\x01a\x30\x00", "more after it": string(whole) + "x",
	} {
		if r, err := decode(bad); !errors.Is(err, errBER) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}

// What is decoded is what the library would have decoded.
func FuzzDecode(f *testing.F) {
	f.Add(message(someRecord))
	f.Add(message(&record{}))
	f.Add([]byte("\x30\x10\x02\x01\x01\x64\x0b\x04\x00\x30\x07\x30\x05\x04\x01a\x31\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isEntry(string(data)) {
			return
		}
		r, err := decode(string(data))
		if err != nil {
			return
		}
		packet, err := ber.DecodePacketErr(data)
		if err != nil {
			t.Fatalf("the library refuses what we decode as %v: %v", r, err)
		}
		op := packet.Children[1]
		want := &record{dn: op.Children[0].Data.String(), attributes: []attribute{}}
		for _, a := range op.Children[1].Children {
			one := attribute{name: a.Children[0].Data.String()}
			for _, v := range a.Children[1].Children {
				one.values = append(one.values, v.Data.String())
			}
			want.attributes = append(want.attributes, one)
		}
		if diff := cmp.Diff(want, r, records); diff != "" {
			t.Fatal(diff)
		}
	})
}

// piped is a tap on a line over which a stream comes, in pieces, and ends.
func piped(t *testing.T, stream string, piece int) *tap {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _ = ours.Close() })
	go func() {
		for len(stream) > 0 {
			n := min(piece, len(stream))
			_, _ = theirs.Write([]byte(stream[:n]))
			stream = stream[n:]
		}
		_ = theirs.Close()
	}()
	return newTap(ours)
}

// A tap takes entries only while they are collected, whole whatever the pieces
// that come, and lets all else through byte for byte.
func TestTap(t *testing.T) {
	one := string(message(someRecord))
	for _, piece := range []int{1, 3, 1000, 1 << 20} {
		tap := piped(t, replyDone+one+one+replyDone, piece)
		first := make([]byte, len(replyDone)+len(one))
		if _, err := io.ReadFull(tap, first); err != nil || string(first) != replyDone+one {
			t.Fatalf("pieces of %d: the first message is changed: %v", piece, err)
		}
		tap.collect()
		rest, err := io.ReadAll(tap)
		if err != nil || string(rest) != replyDone {
			t.Errorf("pieces of %d: %q goes through, %v", piece, rest, err)
		}
		taken, err := tap.drain()
		if err != nil || len(taken) != 1 || taken[0].dn != someRecord.dn {
			t.Errorf("pieces of %d: took %v, %v", piece, taken, err)
		}
	}
}

func TestTapOfABrokenLine(t *testing.T) {
	for name, stream := range map[string]string{
		"cut":    string(message(someRecord)[:50]),
		"no BER": strings.Repeat("\xff", 20),
		"vast":   "\x30\x84\x7f\xff\xff\xff\x00\x00",
		"hollow": "\x30\x07\x02\x01\x01\x64\x02\x04\x00", // an entry outside, none inside
	} {
		tap := piped(t, stream, 7)
		tap.collect()
		through, err := io.ReadAll(tap)
		taken, broken := tap.drain()
		if err == nil && broken == nil || len(taken) > 0 || bytes.Contains(through, []byte("uid")) {
			t.Errorf("%s: took %v, let %q through, %v, %v", name, taken, through, err, broken)
		}
	}
}

// The short way of place gives what the long one does.
func FuzzPlace(f *testing.F) {
	for _, dn := range []string{"uid=a,dc=fr", "uid=a", "uid = A, dc=fr", "a=1+b=2", "=,", "uid=a,,dc=fr", "uid=a=b,dc=fr", "x=#0401", "uid=a.b-c_d,dc=fr", "a=,b=c"} {
		f.Add(dn)
	}
	f.Fuzz(func(t *testing.T, dn string) {
		if !simple(dn) {
			return
		}
		parsed, err := ldap.ParseDN(dn)
		if err != nil || parsed.String() != dn {
			t.Errorf("%q is taken as it is, but is %v, %v", dn, parsed, err)
		}
	})
}

// The short way of readable gives what the long one does.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"Ada", "a b", "a  b", " a", "a ", "", "\x7f", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if plain(s) && strings.Join(strings.Fields(s), " ") != s {
			t.Errorf("%q is taken as it is", s)
		}
	})
}
