package portal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
)

// A seal closes small values into texts that only this process can read or
// make: what a browser carries for us while it is away signing in.
type seal struct{ cipher.AEAD }

func newSeal(random io.Reader) (seal, error) {
	key := make([]byte, 32)
	if _, err := io.ReadFull(random, key); err != nil {
		return seal{}, fmt.Errorf("draw key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return seal{aead}, err
}

func (s seal) close(v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.Seal(nil, nil, plain, nil)), nil
}

func (s seal) open(text string, v any) error {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return fmt.Errorf("open seal: %w", err)
	}
	plain, err := s.Open(nil, nil, sealed, nil)
	if err != nil {
		return fmt.Errorf("open seal: %w", err)
	}
	return json.Unmarshal(plain, v)
}
