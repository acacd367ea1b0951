package main

import (
	"context"
	"fmt"
	"time"

	"parley/core"
	"parley/core/search"
)

type searchCommand struct {
	Rebuild searchRebuild `cmd:"" help:"Empty the index, so that the server makes it anew from all that was said."`
}

type searchRebuild struct{}

// Run empties the index. The server, or the one that is started next, fills it; until then less is found.
func (searchRebuild) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	if err := search.New(search.Config{Store: o.Store, Clock: core.SystemClock, Log: quiet}).Rebuild(ctx); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, "the index is empty: a running server makes it anew, parley doctor says how far it is")
	return nil
}

// saySearch says how far the index of what was said has come. To lie behind is nothing wrong: without a server nobody follows.
func (o *office) saySearch(ctx context.Context, p *program) error {
	s, err := o.SearchState(ctx)
	if err != nil {
		return err
	}
	switch {
	case search.Stale(s):
		fmt.Fprintln(p.stdout, "search: the index is of another program or another log; the server makes it anew")
	case s.Since == 0:
		fmt.Fprintln(p.stdout, "search: all that was said can be found")
	default:
		fmt.Fprintf(p.stdout, "search: %d of %d events are not in the index yet, the first since %s; the server follows\n",
			s.Head-s.Seen, s.Head, s.Since.Std().Format(time.RFC3339))
	}
	return nil
}
