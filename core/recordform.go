package core

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// RecordForm is a type of record with what a form of it begins with, for one session.
type RecordForm struct {
	RecordType
	Values FieldValues // without those that begin empty
}

// MaxTold is how many characters a form begins with at most of what a customer has said: so every surface has room for it.
const MaxTold = 3000

// anAddress and aNumber find what a customer may be reached by in what they write. A number of another kind begins without a plus.
var (
	anAddress = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)
	aNumber   = regexp.MustCompile(`\+[0-9][0-9 ()./-]{5,22}[0-9]`)
)

// Prefill says what a form of the type begins with. said is what the customer has written in the session, oldest first. A field has its default, or
// what is known of it: an e-mail address or a phone number that the customer wrote last, and what its name stands for: their name, their language, the
// session's number and priority, what they wrote and how that began. What would not do for the field is left out.
func (t RecordType) Prefill(s Session, c Customer, said []string) FieldValues {
	values := FieldValues{}
	for _, f := range t.Fields {
		v := f.Default
		if v == "" {
			v = f.known(s, c, said)
		}
		if i := slices.IndexFunc(f.Choices, func(choice string) bool { return strings.EqualFold(choice, v) }); i >= 0 {
			v = f.Choices[i]
		}
		if v, err := f.read(v); err == nil && v != "" {
			values[f.Name] = v
		}
	}
	return values
}

// known is what is known of a field; "": nothing.
func (f Field) known(s Session, c Customer, said []string) string {
	switch f.Kind {
	case FieldEmail:
		return lastOf(anAddress, said)
	case FieldPhone:
		return lastOf(aNumber, said)
	case FieldText, FieldNumber, FieldChoice:
	default:
		return ""
	}
	switch f.Name {
	case "name", "full_name", "customer", "customer_name":
		return c.Name
	case "first_name", "firstname":
		first, _, _ := strings.Cut(c.Name, " ")
		return first
	case "last_name", "lastname":
		_, last, _ := strings.Cut(c.Name, " ")
		return last
	case "language":
		return string(s.Language)
	case "priority":
		return string(s.Priority)
	case "session", "session_number":
		return strconv.FormatInt(s.Number, 10)
	case "subject", "title", "summary":
		if len(said) > 0 {
			return Preview(said[0])
		}
	case "description", "details", "message", "question":
		return told(said)
	}
	return ""
}

// lastOf is what was said last that looks so.
func lastOf(like *regexp.Regexp, said []string) string {
	for _, text := range slices.Backward(said) {
		if found := like.FindAllString(text, -1); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	return ""
}

// told is what was said, a message on each line, as far as there is room.
func told(said []string) string {
	text := strings.Join(said, "\n")
	if utf8.RuneCountInString(text) <= MaxTold {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:MaxTold-1])) + "…"
}
