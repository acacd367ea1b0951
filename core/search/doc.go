// Package search finds sessions and what was said in them: by words, beginnings of words, numbers and emoji, in every script, and by what
// lists are narrowed by.
//
// It follows the log (follow.go) and keeps, for each word, in which stretches of sessions it is. A stretch is 32 rows of a session that
// follow each other; stretches are numbered in the order of the log, and 8,192 of them are a block (block.go). So writing touches the newest
// block only, and a search looks at block after block, newest first, until its page is full: how much there is behind does not matter.
//
// The index only says where to look. It may lie behind the log and name too many stretches: what is found is what the rows say now
// (judge.go). A session that was transferred a moment ago, a message that was edited or taken back, is judged as it stands, and whether the
// reader sees a session is asked where lists ask it too, in store.Summaries.
//
// Words are made in Go (token.go, fold.go), so that both databases find the same. Nothing here is the truth: parley search rebuild empties
// the index, and the follower makes it anew from the log.
//
// Start with query.go, then Find in find.go; or with Run in follow.go.
package search
