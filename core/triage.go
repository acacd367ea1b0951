package core

import (
	"slices"
	"strings"
)

// Priority says how much a session matters (FEATURES C9).
type Priority string

// The priorities. Every session begins normal.
const (
	Low    Priority = "low"
	Normal Priority = "normal"
	High   Priority = "high"
	Urgent Priority = "urgent"
)

// Priorities lists all priorities, from the least.
var Priorities = []Priority{Low, Normal, High, Urgent}

// Raised gives the priority one step higher; of the highest, the same.
func (p Priority) Raised() Priority {
	return Priorities[min(slices.Index(Priorities, p)+1, len(Priorities)-1)]
}

// PrioritySet is some of the priorities, from the least, with a comma between: a value that can be compared and kept as it is. The zero
// PrioritySet is all of them.
type PrioritySet string

// PrioritySetOf gives the set of some priorities; none, or all, are all. The error is Invalid, with the field.
func PrioritySetOf(field string, some []Priority) (PrioritySet, error) {
	for _, p := range some {
		if !slices.Contains(Priorities, p) {
			return "", invalid(field, "is none of low, normal, high and urgent")
		}
	}
	var words []string
	for _, p := range Priorities {
		if slices.Contains(some, p) {
			words = append(words, string(p))
		}
	}
	if len(words) == len(Priorities) {
		return "", nil
	}
	return PrioritySet(strings.Join(words, ",")), nil
}

// Has tells whether a priority is in the set.
func (s PrioritySet) Has(p Priority) bool {
	return s == "" || slices.Contains(strings.Split(string(s), ","), string(p))
}

// With gives the set with those of another.
func (s PrioritySet) With(more PrioritySet) PrioritySet {
	both := slices.DeleteFunc(slices.Clone(Priorities), func(p Priority) bool { return !s.Has(p) && !more.Has(p) })
	all, err := PrioritySetOf("", both)
	if err != nil { // they are all known
		panic(err)
	}
	return all
}

// Limits of tags.
const (
	MaxTags = 20 // of one session
	MaxTag  = 50 // bytes of one
)

// Tags are a session's, folded, in order, one a line: a value that can be compared and kept as it is.
type Tags string

// FoldTag gives a tag as it is kept: in small letters, with one space between words.
func FoldTag(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// List gives the tags one by one.
func (t Tags) List() []string {
	if t == "" {
		return nil
	}
	return strings.Split(string(t), "\n")
}

// With gives the tags with others taken off and put on, in this order, and which of them that changed.
func (t Tags) With(add, remove []string) (now Tags, added, removed []string) {
	before := t.List()
	after := slices.DeleteFunc(t.List(), func(tag string) bool {
		return slices.ContainsFunc(remove, func(s string) bool { return FoldTag(s) == tag })
	})
	for _, s := range add {
		after = append(after, FoldTag(s))
	}
	slices.Sort(after)
	after = slices.Compact(after)
	for _, tag := range after {
		if !slices.Contains(before, tag) {
			added = append(added, tag)
		}
	}
	for _, tag := range before {
		if !slices.Contains(after, tag) {
			removed = append(removed, tag)
		}
	}
	return Tags(strings.Join(after, "\n")), added, removed
}

// checkTags says whether all may be tags: like names, but shorter, and not too many.
func checkTags(field string, tags []string) error {
	if len(tags) > MaxTags {
		return invalid(field, "No more than 20 tags at once.")
	}
	for _, s := range tags {
		if err := CheckName(field, s); err != nil {
			return err
		}
		if len(FoldTag(s)) > MaxTag {
			return invalid(field, "A tag has at most 50 bytes.")
		}
	}
	return nil
}
