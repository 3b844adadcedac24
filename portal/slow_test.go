package portal

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Who sends a request a byte at a time, or never sends what was announced, is let go.
func TestSlowClientsAreLetGo(t *testing.T) {
	h := newHouse(t, demo)
	h.as("jeanne").get("/aide") // what the server keeps for the process is there before the bubble
	form := "POST /demandes/nouvelle HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\n"
	for name, sent := range map[string]string{"a head": strings.Repeat("X-A: b\r\n", 1000), "a body": form + strings.Repeat("a", 4000), "nothing more": form} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				served := make(chan error, 1)
				go func() { served <- h.App().Server().ServeConn(theirs); theirs.Close() }()
				go io.Copy(io.Discard, ours) //nolint:errcheck // until it is closed
				began := time.Now()
				if name != "a head" {
					_, err := io.WriteString(ours, form)
					must(t, err)
					sent = strings.TrimPrefix(sent, form)
				} else {
					_, err := io.WriteString(ours, "GET / HTTP/1.1\r\n")
					must(t, err)
				}
				for _, b := range []byte(sent) {
					time.Sleep(time.Second)
					if _, err := ours.Write([]byte{b}); err != nil {
						break
					}
				}
				<-served
				if took := time.Since(began); took > 15*time.Second {
					t.Errorf("let go after %s", took)
				}
				ours.Close()
			})
		})
	}
}

// A form of ten megabytes is refused before it is read, whoever sends it, and the
// next request is answered.
func TestHugeForms(t *testing.T) {
	h := newHouse(t, demo)
	at, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	served := make(chan error, 1)
	go func() { served <- h.App().Listener(at) }()
	session := h.as("claire").cookies[h.cookieName(sessionCookie)].Value
	for _, path := range []string{"/demandes/nouvelle", "/demandes/lot", "/reglement", "/connexion", "/preferences", "/a-valider/lot", "/api/v1/requests"} {
		line, err := net.Dial("tcp", at.Addr().String())
		must(t, err)
		_, err = io.WriteString(line, "POST "+path+" HTTP/1.1\r\nHost: localhost\r\nCookie: "+h.cookieName(sessionCookie)+"="+session+"\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 10485760\r\n\r\n")
		must(t, err)
		reply, err := http.ReadResponse(bufio.NewReader(line), nil) // without a byte of it
		must(t, err)
		if reply.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d", path, reply.StatusCode)
		}
		must(t, reply.Body.Close())
		must(t, line.Close())
	}
	h.as("claire").get("/aide").wants(t, http.StatusOK)
	must(t, h.Shutdown(5*time.Second))
	must(t, <-served)
}
