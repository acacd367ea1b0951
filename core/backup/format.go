package backup

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"parley/core"
	"parley/core/file"
	"parley/core/store"
)

// format is the archive's. A program reads its own and older ones.
const format = 1

// The archive's entries, in their order.
const (
	manifestName = "manifest.json"
	keyName      = "secret.key"
	tablesFolder = "tables/"
	filesFolder  = "files/"
	endName      = "end.json"
)

const (
	pieceSize = 1 << 20  // bytes of a table in one entry, about
	maxPiece  = 64 << 20 // that are read: a row may be large, and an archive wrong
)

// Manifest says what an archive is of.
type Manifest struct {
	Format   int           `json:"format"`
	Program  string        `json:"program"`
	Schema   int64         `json:"schema"`   // the newest migration
	Database string        `json:"database"` // sqlite or postgres
	At       core.Time     `json:"at"`       // what is later is not in it
	KeyCheck string        `json:"key_check"`
	Tables   []store.Table `json:"tables"` // in the order in which they follow
}

// Contents counts what is in an archive.
type Contents struct {
	Rows  map[string]int64 `json:"rows"` // by table
	Files int64            `json:"files"`
	Bytes int64            `json:"bytes"`          // of the files
	Lost  []core.FileID    `json:"lost,omitempty"` // files whose bytes were gone, or not whole, when the backup was made
}

// end is the last entry.
type end struct {
	Contents
	Hash string `json:"sha256"`
}

// Files keeps bytes, as file.Store does.
type Files interface {
	Open(key string) (io.ReadSeekCloser, error)
	Put(ctx context.Context, key string, r io.Reader) (file.Kept, error)
	Remove(key string) error
}

// digest is the hash over the entries: their names, sizes and bytes.
type digest struct{ hash.Hash }

func newDigest() digest { return digest{sha256.New()} }

func (d digest) entry(name string, size int64) { fmt.Fprintf(d, "%s %d\n", name, size) }

func (d digest) text() string { return hex.EncodeToString(d.Sum(nil)) }

// blob is how a row has bytes, which JSON does not know.
type blob struct {
	Base64 string `json:"base64"`
}

// encode gives a row as a line of JSON.
func encode(row []any) ([]byte, error) {
	for i, v := range row {
		switch v := v.(type) {
		case nil, int64, string, bool:
		case []byte:
			row[i] = blob{base64.StdEncoding.EncodeToString(v)}
		default:
			return nil, fmt.Errorf("a column is of type %T, which backups do not know", v)
		}
	}
	return json.Marshal(row)
}

// decode reads what encode wrote.
func decode(d *json.Decoder) ([]any, error) {
	var row []any
	if err := d.Decode(&row); err != nil {
		return nil, err
	}
	for i, v := range row {
		var err error
		switch v := v.(type) {
		case nil, string, bool:
		case json.Number:
			row[i], err = v.Int64()
		case map[string]any:
			text, _ := v["base64"].(string)
			row[i], err = base64.StdEncoding.DecodeString(text)
		default:
			err = fmt.Errorf("a value is of type %T", v)
		}
		if err != nil {
			return nil, err
		}
	}
	return row, nil
}
