package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"parley/core"
)

// canaries are secrets that the program was given. Nobody may see them.
type canaries struct {
	siege *siege
	words []string
}

// cage collects all secrets. What somebody shows in lower case is one too.
func (h *soakHouse) cage(s *siege) *canaries {
	c := &canaries{siege: s, words: []string{secretFiles, slackTicket, secretKey.Text().Reveal(), string(secretKey[:])}}
	for _, w := range h.wings {
		for _, secret := range []core.Secret{w.bot.token, w.app.bot, w.app.app, w.app.signing} {
			c.words = append(c.words, secret.Reveal(), strings.ToLower(secret.Reveal()))
		}
	}
	return c
}

// add adds what became one later.
func (c *canaries) add(word string) {
	if word != "" {
		c.words = append(c.words, word)
	}
}

// look looks at what somebody is shown.
func (c *canaries) look(where string, shown []byte) {
	for _, word := range c.words {
		if bytes.Contains(shown, []byte(word)) {
			c.siege.fail("%s shows the secret %.12s…", where, word)
		}
	}
}

// over looks at all that a client is answered.
func (c *canaries) over(next http.RoundTripper) http.RoundTripper { return listener{c, next} }

type listener struct {
	canaries *canaries
	next     http.RoundTripper
}

func (l listener) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, err
	}
	l.canaries.look("an answer to "+r.Method+" "+r.URL.Path, body)
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// pages asks for what an agent may look at, and what anybody may.
func (c *canaries) pages(ctx context.Context, api *agentAPI) error {
	for _, path := range []string{
		"/api/v1/me", "/api/v1/agents", "/api/v1/channels", "/api/v1/counters", "/api/v1/departments", "/api/v1/sessions?limit=100",
		"/api/v1/openapi.json", "/", "/widget.js", "/healthz", "/readyz", "/api/v1/none", "/hooks/slack/none", "/hooks/telegram/support-telegram",
	} {
		if _, err := api.do(ctx, http.MethodGet, path, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// files looks at all that the program has written down.
func (c *canaries) files(dir string) error {
	return filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		c.look("the file "+d.Name(), text)
		return err
	})
}

// columns looks at every column of every table, and tells how many values there were.
func (c *canaries) columns(ctx context.Context, db *sql.DB, kind string) (values int64, err error) {
	list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if kind == "postgres" {
		list = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
	}
	var tables []string
	err = query(ctx, db, list, func(row []any) { tables = append(tables, fmt.Sprint(row[0])) })
	for _, table := range tables {
		if err != nil {
			break
		}
		err = query(ctx, db, "SELECT * FROM "+table, func(row []any) {
			for _, value := range row {
				values++
				if b, ok := value.([]byte); ok {
					c.look("the table "+table, b)
				} else {
					c.look("the table "+table, fmt.Append(nil, value))
				}
			}
		})
	}
	return values, err
}

// query calls each with the rows of a query.
func query(ctx context.Context, db *sql.DB, text string, each func(row []any)) error {
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		row, into := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		each(row)
	}
	return rows.Err()
}
