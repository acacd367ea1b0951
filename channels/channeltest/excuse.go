package channeltest

import "parley/core"

// excuse is why something is not asked of a network that cannot do it.
type excuse struct {
	from   string // a case, by its number, or a part of one
	where  func(About) bool
	reason string
}

// excuses is all that a network can be excused from, and by what it says of itself.
var excuses = []excuse{
	{"02", func(a About) bool { return !a.Traits.Repeats }, "it tells nothing twice"},
	{"04", func(a About) bool { return !a.Can.EditIn || !a.Traits.Swaps }, "it tells of no edits, or everything in its order"},
	{"05/edit", func(a About) bool { return !a.Can.EditIn }, "it tells of no edits"},
	{"05/delete", func(a About) bool { return !a.Can.DeleteIn }, "it tells of no deletions"},
	{"05/early", func(a About) bool { return !a.Traits.Swaps }, "it tells everything in its order"},
	{"06", func(a About) bool { return !a.Traits.Own }, "it does not tell an account of its own messages"},
	{"07/program", func(a About) bool { return !a.Traits.Programs }, "it does not tell what other programs write"},
	{"07/service", func(a About) bool { return !a.Traits.Service }, "nobody joins or leaves there"},
	{"08/mark", func(a About) bool { return !a.Traits.MarksIn }, "texts come without marks"},
	{"13/file", func(a About) bool { return !a.Traits.Files }, "there are no files"},
	{"14", func(a About) bool { return !a.Can.FilesIn }, "files are not fetched from it"},
	{"15", func(a About) bool { return !a.Can.FilesIn }, "files are not fetched from it"},
	{"17", func(a About) bool { return !a.Traits.MarksIn || a.Traits.Marks != core.UnitUTF16 }, "marks cannot be wrong there in these ways"},
	{"18/block", func(a About) bool { return !a.Traits.Blocks }, "it does not tell who blocks"},
	{"18/vanish", func(a About) bool { return !a.Traits.Vanishes }, "chats stay"},
	{"19/edit", func(a About) bool { return !a.Can.EditIn }, "it tells of no edits"},
	{"23/longer", func(a About) bool { return !a.Can.EditOut || a.Can.MaxText == 0 }, "an edit never makes another message"},
	{"24/longer", func(a About) bool { return !a.Can.EditOut || a.Can.MaxText == 0 }, "an edit never makes another message"},
	{"25/marks", func(a About) bool { return !a.Traits.MarksOut }, "texts go without marks"},
	{"25/edit", func(a About) bool { return !a.Can.EditOut }, "what was said cannot be changed"},
	{"25/delete", func(a About) bool { return !a.Can.DeleteOut }, "what was said cannot be taken back"},
	{"27", func(a About) bool { return !a.Can.FilesOut }, "it takes no files"},
	{"27/delete", func(a About) bool { return !a.Can.DeleteOut }, "what was said cannot be taken back"},
	{"29", func(a About) bool { return !a.Traits.Blocks && !a.Traits.Vanishes }, "everybody can always be written to"},
	{"31", func(a About) bool { return !a.Traits.Rivals }, "it does not mind another reader"},
	{"32/in", func(a About) bool { return !a.Can.FilesIn }, "files are not fetched from it"},
	{"32/out", func(a About) bool { return !a.Can.FilesOut }, "it takes no files"},
}

// excused gives the reason why a network is excused from a case or a part of one, "" if it is not.
func (a About) excused(from string) string {
	for _, e := range excuses {
		if e.from == from && e.where(a) {
			return e.reason
		}
	}
	return ""
}

// asks tells whether a part of a case is asked of the network.
func (h *house) asks(part string) bool {
	h.Helper()
	if reason := h.about.excused(part); reason != "" {
		h.Logf("%s is not asked: %s", part, reason)
		return false
	}
	return true
}
