package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// explainer is a file of the store's that writes down, of each statement that a reader waits for, how the database goes about it.
//
//go:embed testdata/explain.go.txt
var explainer string

// explaining builds the program with the explainer in it.
func (c *inboxCommand) explaining(ctx context.Context, dir string) (string, error) {
	const file = "core/store/store.go"
	root, err := moduleRoot(ctx)
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return "", err
	}
	text := string(source)
	for _, reads := range []string{"\terr := s.read.GetContext(ctx, &row, ", "\terr = collect(ctx, s.read, &rows, "} {
		if strings.Count(text, reads) != 1 {
			return "", fmt.Errorf("%s has changed: statements are looked for at this text, once: %s", file, reads)
		}
		text = strings.Replace(text, reads, "\texplain(ctx, s, query, args)\n"+reads, 1)
	}
	with := filepath.Join(dir, "explaining")
	if err := os.MkdirAll(with, 0o755); err != nil {
		return "", err
	}
	return build(ctx, with, overlay{file: text, "core/store/zz_explain.go": explainer})
}

// plan is how a database goes about a statement.
type plan struct {
	Query string
	Lines []string
}

// plans lets the program answer each view once, and fails where a plan goes through all of a large table, or sorts what has no bound.
func (h *inbox) plans(ctx context.Context, binary string, asked []view, r *report) error {
	file := filepath.Join(h.server.dir, "plans.json")
	h.server.binary, h.server.env = binary, append(h.server.env, "PARLEY_BENCH_PLANS="+file)
	if _, err := h.server.start(ctx); err != nil {
		return err
	}
	for _, v := range asked {
		if _, err := h.ask(ctx, v, 1); err != nil {
			return err
		}
	}
	if err := h.server.stop(); err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var p plan
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return err
		}
		r.Counts[h.kind+": plans looked at"]++
		if fault := p.fault(); fault != "" {
			r.fail("%s: %s in the plan of\n%s\n%s", h.kind, fault, p.Query, strings.Join(p.Lines, "\n"))
		}
	}
	return lines.Err()
}

// mostSorted is how many rows a plan may sort: a few pages of participants, what one agent holds.
const mostSorted = 1000

// What grows without a bound, by SQLite's plans, which have the names of our statements, and by PostgreSQL's.
var (
	goesThrough = regexp.MustCompile(`SCAN (s|l|p|i|c|t|w|sessions|log|participants|identities|customers|search_stretches|search_words)\b|` +
		`Seq Scan on (sessions|log|participants|identities|customers|search_stretches|search_words)\b`)
	goesFrom = regexp.MustCompile(`^(SCAN|SEARCH) (s|l|sessions|log)\b`)
	sorts    = regexp.MustCompile(`Sort .*rows=(\d+)`)
)

// fault says what is wrong with the plan, "" if nothing is.
func (p plan) fault() string {
	for _, line := range p.Lines {
		if bad := goesThrough.FindString(line); bad != "" {
			return bad
		}
		if strings.Contains(line, "TEMP B-TREE FOR ORDER BY") && goesFrom.MatchString(p.Lines[0]) {
			return line
		}
		if sorted := sorts.FindStringSubmatch(line); sorted != nil {
			if rows, err := strconv.Atoi(sorted[1]); err != nil || rows > mostSorted {
				return line
			}
		}
	}
	return ""
}
