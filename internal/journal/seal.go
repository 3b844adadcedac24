package journal

import (
	"bytes"
	"crypto/cipher"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

const (
	nonceSize = 12 // of AES-GCM
	saltSize  = 16
)

// seal commits the row to its data and encrypts them under its subject's key.
// The header is bound to them: a payload opens in its own row only.
func (r *row) seal(random io.Reader, key cipher.AEAD, data []byte) error {
	drawn := make([]byte, nonceSize+saltSize)
	if _, err := io.ReadFull(random, drawn); err != nil {
		return fmt.Errorf("draw salt: %w", err)
	}
	nonce, plain := drawn[:nonceSize:nonceSize], append(drawn[nonceSize:], data...)
	r.commitment = commit(plain)
	r.payload = key.Seal(nonce, nonce, plain, r.header())
	return nil
}

// open gives the salt and the data back, if they are those that were sealed.
func (r row) open(key cipher.AEAD) (salt, data []byte, err error) {
	if len(r.payload) < nonceSize {
		return nil, nil, errors.New("its data were cut short")
	}
	plain, err := key.Open(nil, r.payload[:nonceSize], r.payload[nonceSize:], r.header())
	if err != nil || len(plain) < saltSize {
		return nil, nil, errors.New("it was changed")
	}
	if !bytes.Equal(r.commitment, commit(plain)) {
		return nil, nil, errors.New("its commitment is to other data")
	}
	return plain[:saltSize], plain[saltSize:], nil
}

// commit is to salt and data. Without the salt, whoever guesses the data of an
// erased event could prove it.
func commit(plain []byte) []byte {
	sum := sha256.Sum256(plain)
	return sum[:]
}
