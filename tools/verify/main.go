// Verify checks an export of Mélusine's history, and trusts nothing of Mélusine's: go run main.go KEY <export
// It reads events up to an empty line, then a checkpoint of their RFC 6962 tree, which the key must have signed.
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
)

func main() {
	events, err := verify(bufio.NewReaderSize(os.Stdin, 16<<20), os.Args[len(os.Args)-1])
	if err != nil {
		log.Fatalf("NOT to be trusted: %v (after %d events)", err, events)
	}
	fmt.Println("verified:", events, "events, and all data shown, are those of the signed checkpoint")
}

func verify(in *bufio.Reader, key string) (events int, err error) {
	var edge [][32]byte // the roots of full subtrees, the largest first
	join := func(l, r [32]byte) [32]byte { return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...)) }
	head, _ := in.ReadString('\n')
	for line, err := in.ReadSlice('\n'); err == nil && len(line) > 1; line, err = in.ReadSlice('\n') {
		leaf, shown, open := bytes.Cut(line[:len(line)-1], []byte("\t"))
		salt, data, _ := bytes.Cut(shown, []byte(" "))
		raw, _ := hex.DecodeString(string(salt))
		sum := sha256.Sum256(append(raw, data...))
		if !bytes.HasPrefix(leaf, fmt.Appendf(nil, "%d ", events+1)) || len(leaf) < 64 ||
			open && (hex.EncodeToString(sum[:]) != string(leaf[len(leaf)-64:]) || hex.EncodeToString(raw) != string(salt) || len(raw) != 16) {
			return events, fmt.Errorf("another line or other data than what was committed to")
		}
		edge, events = append(edge, sha256.Sum256(append(append([]byte{0}, leaf...), '\n'))), events+1
		for n := events; n&1 == 0; n, edge = n>>1, edge[:len(edge)-1] {
			edge[len(edge)-2] = join(edge[len(edge)-2], edge[len(edge)-1])
		}
	}
	for ; len(edge) > 1; edge = edge[:len(edge)-1] {
		edge[len(edge)-2] = join(edge[len(edge)-2], edge[len(edge)-1])
	}
	rest, _ := io.ReadAll(in)
	text, signed, _ := strings.Cut(string(rest), "\n\n— ")
	k := strings.SplitN(key+"++", "+", 3) // name, mark, public key
	public, _ := base64.StdEncoding.DecodeString(strings.TrimSuffix(k[2], "++"))
	mark := sha256.Sum256(append([]byte(k[0]+"\n"), public...))
	sig, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(signed, k[0]+" "))
	if head != "melusine history 1\n" || len(edge) == 0 || text != fmt.Sprintf("%s\n%d\n%s", k[0], events, base64.StdEncoding.EncodeToString(edge[0][:])) ||
		signed != k[0]+" "+base64.StdEncoding.EncodeToString(sig)+"\n" || len(sig) != 68 || len(public) != 33 || hex.EncodeToString(mark[:4]) != k[1] ||
		!bytes.Equal(sig[:4], mark[:4]) || !ed25519.Verify(public[1:], []byte(text+"\n"), sig[4:]) {
		return events, fmt.Errorf("no checkpoint of these events that %s has signed", key)
	}
	return events, nil
}
