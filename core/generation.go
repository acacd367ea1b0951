package core

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"strings"
)

// Generation tells a log from the one that it continues after a backup was restored: the same id may then be another event. Zero is that of
// an installation to which this has not happened.
type Generation int64

// NewGeneration makes a random one, never zero.
func NewGeneration() Generation {
	var b [8]byte
	_, _ = rand.Read(b[:])                                  // never fails: it crashes the program instead
	return Generation(binary.BigEndian.Uint64(b[:])>>1 | 1) //nolint:gosec // 63 bits
}

// Cursor writes an agent's place in the log of this generation.
func (g Generation) Cursor(at EventID) string {
	if g == 0 {
		return at.String()
	}
	return at.String() + "." + strconv.FormatInt(int64(g), 36)
}

// Place reads what Cursor wrote. Zero: it is no cursor, or of another generation, so that what came after it is not known.
func (g Generation) Place(cursor string) EventID {
	name, _, _ := strings.Cut(cursor, ".")
	at, err := ParseID[EventID](name)
	if err != nil || g.Cursor(at) != cursor {
		return 0
	}
	return at
}
