package desk

import (
	"regexp"
	"strconv"
	"strings"
)

// A Size is a number of bytes, a whole number of MiB between 1 MiB and 1 PiB.
type Size int64

const (
	mebi Size = 1 << 20
	gibi Size = 1 << 30
)

var sizeForm = regexp.MustCompile(`^([0-9]{1,7})(?:[.,]([0-9]{1,2}))? ?(m|mo|mb|mio|mib|g|go|gb|gio|gib|t|to|tb|tio|tib)$`)

// ParseSize reads "10G", "800M", "2,5 Go", "1 To". A unit is required: a bare
// number is never a size. "Go" and "GB" both mean 1024³ bytes.
func ParseSize(s string) (Size, error) {
	m := sizeForm.FindStringSubmatch(lowerASCII(strings.TrimSpace(s)))
	if m == nil {
		return 0, Fail(Invalid, InvalidSize, "value", s)
	}
	unit := map[byte]Size{'m': mebi, 'g': gibi, 't': gibi * 1024}[m[3][0]]
	whole, _ := strconv.Atoi(m[1])
	hundredths, _ := strconv.Atoi((m[2] + "00")[:2])
	n := (Size(whole)*unit + Size(hundredths)*unit/100) / mebi * mebi
	if n < mebi || n > 1024*1024*gibi {
		return 0, Fail(Invalid, InvalidSize, "value", s)
	}
	return n, nil
}

// String is the canonical form: "10G" for whole GiB, else "800M".
func (n Size) String() string {
	if n%gibi == 0 {
		return strconv.FormatInt(int64(n/gibi), 10) + "G"
	}
	return strconv.FormatInt(int64(n/mebi), 10) + "M"
}

// Size is what the action names, in bytes; 0 if it names none that can be read.
func (a Action) Size() int64 {
	text := a.Arg("size")
	if text == "" {
		return 0
	}
	size, _ := ParseSize(text)
	return int64(size)
}
