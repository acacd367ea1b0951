package core

import "time"

// Department is a unit of work: its channels, operators and supervisors.
type Department struct {
	ID         DepartmentID `db:"id"`
	Slug       string       `db:"slug"`       // unique
	Name       string       `db:"name"`       // unique
	Zone       string       `db:"zone"`       // IANA time zone
	Unassigned int64        `db:"unassigned"` // sessions in its queue, kept with the deeds
	Own        bool         `db:"own"`        // its operators do not see what colleagues hold: kept with its settings (Sight), as actors need it
	CreatedAt  Time         `db:"created_at"`
	Switch
	RuledAt Time `db:"ruled_at"` // up to when its rules have been followed; zero: they are not in use

	Distributes bool `db:"distributes"` // its settings assign what waits
	Occupied    bool `db:"occupied"`    // nobody had room when all were last looked at, and nobody has got any since
	Pace
}

// CheckSlug says whether s may name something in a URL: a–z, 0–9 and single dashes, at most 64 bytes.
func CheckSlug(field, s string) error {
	if s == "" {
		return invalid(field, "is empty")
	}
	if len(s) > 64 {
		return invalid(field, "is too long")
	}
	dash := true
	for _, r := range s {
		switch {
		case r == '-' && !dash:
			dash = true
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			dash = false
		default:
			return invalid(field, "must be of a-z, 0-9 and single dashes")
		}
	}
	if dash {
		return invalid(field, "must not end in a dash")
	}
	return nil
}

// Slug makes a slug from a name: "Customer Care" gives "customer-care". It may be "" for names without such letters.
func Slug(name string) string {
	b := make([]byte, 0, len(name))
	for _, r := range []byte(name) {
		switch {
		case r >= 'A' && r <= 'Z':
			b = append(b, r+'a'-'A')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b = append(b, r)
		case len(b) > 0 && b[len(b)-1] != '-':
			b = append(b, '-')
		}
	}
	for len(b) > 64 || len(b) > 0 && b[len(b)-1] == '-' {
		b = b[:len(b)-1]
	}
	return string(b)
}

// CheckZone says whether s names a time zone.
func CheckZone(s string) error {
	if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
		return invalid("zone", "is not a time zone; write one like Europe/Berlin")
	}
	return nil
}
