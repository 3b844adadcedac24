//go:build servers

package journal

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/unistra/melusine/deploy/dev"
	"github.com/unistra/melusine/internal/desk"
)

// 1,000 connections are cut around their COMMIT, in the short form 100.
func commitsCut(t *testing.T, p *dev.PostgresServer) {
	cuts := int64(100)
	if *long {
		cuts = 1000
	}
	tr, l := cutCommits(t, p, keepPatiently, cuts)
	tr.mustBeExact(t, l)
}

func commitsCutSeesMistakes(t *testing.T, p *dev.PostgresServer) {
	for name, keep := range map[string]func(context.Context, *Log, desk.Seq, []row) error{
		"taken for a failure": doubtIsFailure, "taken for a success": doubtIsSuccess,
		"looked for too early": lookTooEarly, "no compare-and-swap": swapWithoutComparing,
	} {
		t.Run(name, func(t *testing.T) {
			tr, l := cutCommits(t, p, keep, 40)
			if lost, doubled := tr.verdict(t, l); lost+doubled == 0 {
				t.Error("not seen")
			}
		})
	}
}

// cutCommits lets four writers append through a proxy that cuts.
func cutCommits(t *testing.T, p *dev.PostgresServer, keep func(context.Context, *Log, desk.Seq, []row) error, cuts int64) (*trial, *Log) {
	t.Helper()
	direct := freshDatabase(t, p)
	proxy := newCutter(t, direct)
	honest := openPostgres(t, direct) // and makes the tables
	l := openPostgres(t, proxy.address)
	l.keep = keep
	proxy.cutting.Store(true)
	var tr trial
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			tr.write(t.Context(), l, fmt.Sprint(w), func(int) bool { return proxy.cuts.Load() < cuts })
		})
	}
	writers.Wait()
	proxy.cutting.Store(false)
	proxy.late.Wait()
	return &tr, honest
}

// A cutter stands between a client and PostgreSQL, and cuts every other
// connection when it sends COMMIT.
type cutter struct {
	address string
	server  string
	cutting atomic.Bool
	cuts    atomic.Int64
	late    sync.WaitGroup
}

func newCutter(t *testing.T, address string) *cutter {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{server: u.Host}
	u.Host = listener.Addr().String()
	c.address = u.String()
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { c.carry(client) })
		}
	})
	t.Cleanup(func() { listener.Close(); serving.Wait(); c.late.Wait() })
	return c
}

// carry passes messages on until one side ends or the connection is cut.
func (c *cutter) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", c.server)
	if err != nil {
		return
	}
	answers := make(chan struct{})
	var mute atomic.Bool // the client is to hear no more
	go func() {
		defer close(answers)
		defer client.Close()
		io.Copy(gate{client, &mute}, server)
	}()
	held, how := c.forward(client, server, &mute)
	client.Close()
	if how == "late" { // the server sees the COMMIT when the client is long gone
		c.late.Go(func() {
			time.Sleep(rand.N(40 * time.Millisecond))
			server.Write(held)
			time.Sleep(20 * time.Millisecond)
			server.Close()
		})
		<-answers
		return
	}
	server.Close()
	<-answers
}

// forward passes on what the client says, up to a COMMIT that is to be cut.
func (c *cutter) forward(client net.Conn, server io.Writer, mute *atomic.Bool) (held []byte, how string) {
	head := 4 // the first message has no type
	for {
		message := make([]byte, head)
		if _, err := io.ReadFull(client, message); err != nil {
			return nil, ""
		}
		rest := make([]byte, binary.BigEndian.Uint32(message[head-4:])-4)
		if _, err := io.ReadFull(client, rest); err != nil {
			return nil, ""
		}
		message = append(message, rest...)
		if head == 5 && c.cutting.Load() && isCommit(message) && rand.N(2) == 0 {
			c.cuts.Add(1)
			switch how = []string{"before", "sent", "answered", "late"}[rand.N(4)]; how {
			case "sent":
				server.Write(message)
			case "answered":
				mute.Store(true)
				server.Write(message)
				time.Sleep(20 * time.Millisecond)
			}
			return message, how
		}
		if _, err := server.Write(message); err != nil {
			return nil, ""
		}
		head = 5
	}
}

func isCommit(message []byte) bool {
	return message[0] == 'Q' && bytes.EqualFold(bytes.TrimRight(message[5:], "\x00"), []byte("commit"))
}

// A gate lets nothing through once it is mute.
type gate struct {
	to   io.Writer
	mute *atomic.Bool
}

func (g gate) Write(p []byte) (int, error) {
	if g.mute.Load() {
		return len(p), nil
	}
	return g.to.Write(p)
}
