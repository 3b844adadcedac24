package simulator

import (
	"encoding/json"
	"net"
	"net/http"
)

// admin serves what Config.Admin allows: /_simulator/faults (POST replaces them
// all by a JSON list, DELETE clears them), /_simulator/switches (GET, POST those
// to change), /_simulator/log and /_simulator/keys. Only this machine is
// answered, and no page of a browser.
func (s *Server) admin(w http.ResponseWriter, r *http.Request, path []string) {
	if !local(r) {
		http.Error(w, "only for this machine, and not for pages of the web", http.StatusForbidden)
		return
	}
	if len(path) != 1 {
		notFound().send(w, r)
		return
	}
	body := http.MaxBytesReader(w, r.Body, maxForm)
	switch r.Method + " " + path[0] {
	case "POST faults":
		faults, err := ReadFaults(body)
		if err == nil {
			err = s.SetFaults(faults...)
		}
		taken(w, err)
	case "DELETE faults":
		taken(w, s.SetFaults())
	case "POST switches":
		taken(w, s.readSwitches(body))
	case "GET switches":
		w.Header().Set("Content-Type", "application/json")
		_ = s.writeSwitches(w)
	case "GET log":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.Log())
	case "GET keys":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s.revealed())
	default:
		notFound().send(w, r)
	}
}

// taken tells whether a setting was.
func taken(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// local reports whether a request comes from this machine, and from no page.
func local(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback() && r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
}

func (s *Server) revealed() map[string]string {
	keys := map[string]string{}
	for domain, key := range s.Keys() {
		keys[domain] = key.Reveal()
	}
	return keys
}
