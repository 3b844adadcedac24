package directory

import (
	"encoding/binary"
	"strings"

	"github.com/unistra/melusine/internal/desk"
)

// A seat is a person as their own entry tells, and by what to join them, in one
// text: of a million people, as many objects of twenty texts would be too many.
// Two that are equal say the same.
type seat string

func (f *found) seat() seat {
	unlisted := ""
	if f.Unlisted {
		unlisted = "TRUE"
	}
	login := f.login
	if login == string(f.UID) {
		login = ""
	}
	var b []byte
	for _, s := range []string{string(f.UID), f.place, login, f.manager, f.Name, string(f.Mail), f.EPPN, f.Affiliation, strings.Join(f.Also, "\n"),
		f.Unit, f.MailState, f.MailPhase, unlisted} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return seat(b)
}

// cut takes the first text off.
func (s *seat) cut() string {
	n, size := uint64(0), 0
	for shift := 0; size < len(*s); shift += 7 {
		c := (*s)[size]
		n |= uint64(c&0x7f) << shift
		if size++; c < 0x80 {
			break
		}
	}
	if n > uint64(len(*s)-size) {
		*s = ""
		return ""
	}
	text := string((*s)[size : size+int(n)])
	*s = (*s)[size+int(n):]
	return text
}

func (s seat) uid() desk.UID { return desk.UID(s.cut()) }

func (s seat) place() string {
	s.cut()
	return s.cut()
}

// refers is the manager and the unit, as they are written.
func (s seat) refers() (manager, unit string) {
	for range 3 {
		s.cut()
	}
	manager = s.cut()
	for range 5 {
		s.cut()
	}
	return manager, s.cut()
}

func (s seat) found() (f found) {
	f.UID, f.place, f.login, f.manager = desk.UID(s.cut()), s.cut(), s.cut(), s.cut()
	if f.login == "" {
		f.login = string(f.UID)
	}
	f.Name, f.Mail, f.EPPN, f.Affiliation = s.cut(), desk.Address(s.cut()), s.cut(), s.cut()
	if also := s.cut(); also != "" {
		f.Also = strings.Split(also, "\n")
	}
	f.Unit, f.MailState, f.MailPhase, f.Unlisted = s.cut(), s.cut(), s.cut(), s.cut() != ""
	return f
}
