package core

import (
	"database/sql/driver"
	"time"
)

// Time is a moment in UTC microseconds since 1970, as it stands in every table. Zero means never.
type Time int64

// At converts a wall-clock reading; the zero time.Time is never.
func At(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.UnixMicro())
}

// Std gives the moment as a time.Time in UTC.
func (t Time) Std() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(t)).UTC()
}

// Add moves the moment by d.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Microseconds()) }

// Sub is the time from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Microsecond }

// Value stores the microseconds.
func (t Time) Value() (driver.Value, error) { return int64(t), nil }

// String writes RFC 3339 with microseconds, "" for never.
func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return t.Std().Format("2006-01-02T15:04:05.000000Z07:00")
}

// MarshalText writes what String gives.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (t *Time) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*t = 0
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, string(b))
	*t = At(at)
	return err
}

// Clock tells the time. Services take one; tests turn it.
type Clock func() time.Time

// SystemClock is the machine's.
var SystemClock Clock = time.Now

// Skew is by how much clocks may differ, and be set back, without anybody looking after that: those of nodes, of the database, and one's own of a
// moment ago.
const Skew = time.Minute
