//go:build servers

package dev_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/unistra/melusine/deploy/dev"
)

func TestLemonAnswers(t *testing.T) {
	s := dev.Lemon(t, "http://localhost:8080", 5)
	for path, said := range map[string]string{
		"/":                                 `name="password"`,
		"/.well-known/openid-configuration": `"code_challenge_methods_supported"`,
		"/cas/p3/serviceValidate?service=http%3A%2F%2Flocalhost%3A8080%2F&ticket=ST-x": "INVALID_TICKET",
		"/static/bootstrap/css/styles.css":                                             "body",
	} {
		reply, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(reply.Body)
		_ = reply.Body.Close()
		if !strings.Contains(string(body), said) {
			t.Errorf("%s: %d, %q is not said in %s", path, reply.StatusCode, said, body)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}
