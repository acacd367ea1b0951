package search

import (
	"encoding/binary"
	"math/bits"
)

const (
	stretchRows = 32   // rows of a session that are one stretch
	blockSize   = 8192 // stretches in a block
	mapBytes    = blockSize / 8
)

// set is some of a block's stretches.
type set [blockSize / 64]uint64

func (s *set) put(i int) { s[i/64] |= 1 << (i % 64) }

func (s *set) or(t *set) {
	for i := range s {
		s[i] |= t[i]
	}
}

func (s *set) without(t *set) {
	for i := range s {
		s[i] &^= t[i]
	}
}

func (s *set) and(t *set) {
	for i := range s {
		s[i] &= t[i]
	}
}

func (s *set) empty() bool { return *s == set{} }

func (s *set) count() (n int) {
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// members lists the set, from the first to the last.
func (s *set) members() []int {
	all := make([]int, 0, 16)
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			all = append(all, i*64+bits.TrailingZeros64(w))
		}
	}
	return all
}

// encode writes the set down: two bytes for each member where they are few, a bit for each stretch of the block where not.
func (s *set) encode() []byte {
	if n := s.count(); 2*n < mapBytes {
		b := make([]byte, 0, 2*n)
		for _, i := range s.members() {
			b = binary.LittleEndian.AppendUint16(b, uint16(i)) //nolint:gosec // below blockSize
		}
		return b
	}
	b := make([]byte, 0, mapBytes)
	for _, w := range s {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

// join adds what encode has written. What cannot be read is as if it were not there.
func (s *set) join(b []byte) {
	if len(b) == mapBytes {
		for i := range s {
			s[i] |= binary.LittleEndian.Uint64(b[8*i:])
		}
		return
	}
	for ; len(b) >= 2; b = b[2:] {
		if i := int(binary.LittleEndian.Uint16(b)); i < blockSize {
			s.put(i)
		}
	}
}
