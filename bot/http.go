package bot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
)

const (
	bodyLimit = 64 << 10
	// The server gives up after 30 seconds; people do much earlier.
	answerTime = 2 * time.Second
)

// Handler serves the callbacks of the chat server: POST /slash, /action, /dialog
// and /lookup. Refusals are answered with status 200 and a sentence, because the
// server shows people nothing else; only what no chat server sends has a
// status of its own.
func (b *Bot) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /slash", door("application/x-www-form-urlencoded", b.slash))
	mux.Handle("POST /action", door("application/json", b.action))
	mux.Handle("POST /dialog", door("application/json", b.dialog))
	mux.Handle("POST /lookup", door("application/json", b.lookup))
	return mux
}

// door reads one bounded body of the right type, and writes the answer as JSON.
func door(media string, answer func(context.Context, []byte) any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, status := read(w, r, media)
		if status != http.StatusOK {
			http.Error(w, http.StatusText(status), status)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), answerTime)
		defer cancel()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		json.NewEncoder(w).Encode(answer(ctx, body)) //nolint:errcheck // nobody is left to tell
	}
}

func read(w http.ResponseWriter, r *http.Request, media string) (body []byte, status int) {
	if r.URL.RawQuery != "" || r.URL.ForceQuery {
		return nil, http.StatusBadRequest
	}
	if got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || got != media {
		return nil, http.StatusUnsupportedMediaType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return nil, http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return nil, http.StatusBadRequest
	}
	return body, http.StatusOK
}
