package core

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
)

// chained is an audit log of so many entries.
func chained(seal AuditSeal, n int) (entries []AuditEntry, head AuditHead) {
	before := ""
	for i := range n {
		e := AuditEntry{No: int64(i + 1), At: Time(1000 + i), Hand: Hand{Kind: ByAgent, Agent: 7}, Action: AuditSettingsChanged, Subject: AuditedSettings,
			Changes: fmt.Sprintf(`{"auto_close.site":{"after":%d}}`, i)}
		e.Hash = seal.Hash(e, before)
		entries, before = append(entries, e), e.Hash
	}
	return entries, seal.Head(int64(n), before)
}

// G5: one row changed or dropped by hand is named.
func TestG5_WhatWasDoneToTheAuditLogIsNamed(t *testing.T) {
	t.Parallel()
	seal := NewAuditSeal(Key{1})
	forged := func(no int64) AuditEntry {
		e := AuditEntry{No: no, Action: AuditAgentAdded}
		e.Hash = NewAuditSeal(Key{2}).Hash(e, "")
		return e
	}
	drop := func(all []AuditEntry, i, n int) []AuditEntry { return slices.Delete(all, i, i+n) }
	number := func(all []AuditEntry) []AuditEntry { // as if nothing were missing
		for i := range all {
			all[i].No = int64(i + 1)
		}
		return all
	}
	swap := func(all []AuditEntry, i, j int) []AuditEntry {
		all[i], all[j] = all[j], all[i]
		return number(all)
	}
	for name, c := range map[string]struct {
		do   func([]AuditEntry, *AuditHead) []AuditEntry
		want AuditFault
	}{
		"a text that is another": {func(all []AuditEntry, _ *AuditHead) []AuditEntry { all[4].Changes = "{}"; return all }, AuditFault{AuditEntryChanged, 5, 5, 0}},
		"another actor":          {func(all []AuditEntry, _ *AuditHead) []AuditEntry { all[4].Agent = 8; return all }, AuditFault{AuditEntryChanged, 5, 5, 0}},
		"another kind of actor":  {func(all []AuditEntry, _ *AuditHead) []AuditEntry { all[4].Kind = BySystem; return all }, AuditFault{AuditEntryChanged, 5, 5, 0}},
		"another time":           {func(all []AuditEntry, _ *AuditHead) []AuditEntry { all[4].At++; return all }, AuditFault{AuditEntryChanged, 5, 5, 0}},
		"words that moved over": {func(all []AuditEntry, _ *AuditHead) []AuditEntry {
			all[4].Subject, all[4].SubjectID = "sett", "ings"
			return all
		}, AuditFault{AuditEntryChanged, 5, 5, 0}},
		"the first":                 {func(all []AuditEntry, _ *AuditHead) []AuditEntry { all[0].Key = 1; return all }, AuditFault{AuditEntryChanged, 1, 1, 0}},
		"the last":                  {func(all []AuditEntry, _ *AuditHead) []AuditEntry { all[9].Key = 1; return all }, AuditFault{AuditEntryChanged, 10, 10, 0}},
		"a hash that is another":    {func(all []AuditEntry, _ *AuditHead) []AuditEntry { all[4].Hash = all[3].Hash; return all }, AuditFault{AuditEntryChanged, 5, 5, 0}},
		"made with another key":     {func(all []AuditEntry, _ *AuditHead) []AuditEntry { all[4] = forged(5); return all }, AuditFault{AuditEntryChanged, 5, 5, 0}},
		"one dropped":               {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return drop(all, 4, 1) }, AuditFault{AuditEntryDropped, 5, 5, 0}},
		"three dropped":             {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return drop(all, 4, 3) }, AuditFault{AuditEntryDropped, 5, 7, 0}},
		"the first dropped":         {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return drop(all, 0, 1) }, AuditFault{AuditEntryDropped, 1, 1, 0}},
		"the last dropped":          {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return drop(all, 9, 1) }, AuditFault{AuditEntryDropped, 10, 10, 0}},
		"the last three dropped":    {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return drop(all, 7, 3) }, AuditFault{AuditEntryDropped, 8, 10, 0}},
		"all dropped":               {func([]AuditEntry, *AuditHead) []AuditEntry { return nil }, AuditFault{AuditEntryDropped, 1, 10, 0}},
		"one dropped and closed up": {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return number(drop(all, 4, 1)) }, AuditFault{AuditEntryDropped, 5, 5, 0}},
		"two dropped and closed up": {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return number(drop(all, 4, 2)) }, AuditFault{AuditEntryDropped, 5, 6, 0}},
		"added at the end":          {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return append(all, forged(11)) }, AuditFault{AuditEntryAdded, 11, 11, 0}},
		"added between": {func(all []AuditEntry, _ *AuditHead) []AuditEntry {
			return number(slices.Insert(all, 4, forged(5)))
		}, AuditFault{AuditEntryAdded, 5, 5, 0}},
		"neighbours swapped":     {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return swap(all, 4, 5) }, AuditFault{AuditEntryMoved, 5, 5, 6}},
		"others swapped":         {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return swap(all, 2, 7) }, AuditFault{AuditEntryMoved, 3, 3, 8}},
		"first and last swapped": {func(all []AuditEntry, _ *AuditHead) []AuditEntry { return swap(all, 0, 9) }, AuditFault{AuditEntryMoved, 1, 1, 10}},
		"one that was put at the end": {func(all []AuditEntry, _ *AuditHead) []AuditEntry {
			all[4].No = 11
			return all
		}, AuditFault{AuditEntryMoved, 5, 5, 11}},
		"an end that is gone": {func(all []AuditEntry, h *AuditHead) []AuditEntry { *h = AuditHead{}; return all }, AuditFault{AuditHeadChanged, 0, 0, 0}},
		"an end that was set back": {func(all []AuditEntry, h *AuditHead) []AuditEntry {
			h.No, h.Hash = 9, all[8].Hash
			return all[:9]
		}, AuditFault{AuditHeadChanged, 9, 9, 0}},
		"an end that was set back to the beginning": {func(_ []AuditEntry, h *AuditHead) []AuditEntry {
			h.No, h.Hash = 0, ""
			return nil
		}, AuditFault{AuditHeadChanged, 0, 0, 0}},
		"an end of another entry": {func(all []AuditEntry, h *AuditHead) []AuditEntry { *h = seal.Head(10, all[8].Hash); return all }, AuditFault{AuditHeadChanged, 10, 10, 0}},
	} {
		entries, head := chained(seal, 10)
		entries = slices.Clone(c.do(entries, &head))
		slices.SortFunc(entries, func(a, b AuditEntry) int { return cmp.Compare(a.No, b.No) })
		check := NewAuditCheck(seal)
		for _, e := range entries {
			check.Next(e)
		}
		got := check.End(head)
		if got == nil || *got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func TestG5_AnAuditLogThatIsWholeHasNoFault(t *testing.T) {
	t.Parallel()
	seal := NewAuditSeal(Key{1})
	for _, n := range []int{0, 1, 2, 50} {
		entries, head := chained(seal, n)
		check := NewAuditCheck(seal)
		for _, e := range entries {
			check.Next(e)
		}
		if got := check.End(head); got != nil {
			t.Errorf("%d entries: got %v", n, got)
		}
	}
	if got := NewAuditCheck(seal).End(AuditHead{}); got != nil {
		t.Errorf("before the first: got %v", got)
	}
}

// What is sealed once is sealed so for ever, on both databases and with every later program.
func TestG5_TheSealStaysTheSame(t *testing.T) {
	t.Parallel()
	entries, head := chained(NewAuditSeal(Key{1}), 2)
	for i, want := range []string{
		"j-zwBfFLdEI8Xtiopd29i8kHpdVQKuTVxQO1x401FTg", "tuRn_8aDcFOnS-h2zXEODsfXjzU_ovcwlvdQBOm3gF0", "FxEWCE0xeoOQZ6p1MELsufedNgrSjlaCPjuPbpiCph8",
	} {
		got := append([]string{head.Seal}, entries[0].Hash, entries[1].Hash)[i]
		if got != want {
			t.Errorf("seal %d: got %s, want %s", i, got, want)
		}
	}
}
