package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// A form is the parameters of a call, read as Rack reads them: the last value
// of a plain key wins, "x[]" is a list, and "x[0]" is another name.
type form url.Values

// readForm reads the parameters of a request, whatever its verb. What the query
// says wins over the body.
func readForm(r *http.Request) (form, error) {
	query, err := parseForm(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	maps.Copy(body, query)
	for name, values := range body {
		if !utf8.ValidString(name + strings.Join(values, "")) {
			return nil, errors.New("read form: not UTF-8")
		}
	}
	return body, nil
}

func readBody(r *http.Request) (form, error) {
	switch media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media {
	case "application/x-www-form-urlencoded":
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		return parseForm(string(text))
	case "multipart/form-data": // what PHP's curl makes of an array
		parts, err := r.MultipartReader()
		if err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		read, err := parts.ReadForm(maxForm)
		if err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		return read.Value, nil
	}
	return form{}, nil
}

// parseForm reads "a=b&c=d". Semicolons part too, where they are not escaped.
func parseForm(text string) (form, error) {
	values, err := url.ParseQuery(strings.ReplaceAll(text, ";", "&"))
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	return form(values), nil
}

func (f form) plain(name string) string {
	values := f[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// values is what a client gave an attribute, and whether it did: an empty list
// clears it, an absent one leaves it.
func (f form) values(name string) ([]string, bool) {
	if list, given := f[name+"[]"]; given {
		return slices.DeleteFunc(slices.Clone(list), func(v string) bool { return v == "" }), true
	}
	if _, given := f[name]; !given && name == "zimbraHideInGal" {
		return f.values("zimbraHideInGAL") // both spellings are in use
	}
	if _, given := f[name]; !given {
		return nil, false
	}
	if v := f.plain(name); v != "" {
		return []string{v}, true
	}
	return nil, true
}

// name is the object of a call: names are lower-cased, as Zimbra does.
func (f form) name() string { return strings.ToLower(f.plain("name")) }

// subject is the object of a call as given. The root shares call it "account".
func (f form) subject() string { return cmp.Or(f.plain("name"), f.plain("account")) }
