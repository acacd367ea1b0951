package store

import "time"

// Meter is told what a writer does. Its methods are called while others wait: they must not block.
type Meter interface {
	Group(jobs int, took time.Duration) // a group was committed
	Busy()                              // a job was refused, because too many wait
}

// WriterOption changes a setting of a Writer.
type WriterOption func(*Writer)

// WithMeter sets who is told what the writer does. Default: nobody.
func WithMeter(m Meter) WriterOption { return func(w *Writer) { w.meter = m } }

// WithTimeout sets the time after which a caller is answered at the latest, and a group that takes longer is rolled back. The caller's
// begins earlier: a group may still commit when its callers have been told Unavailable. Default: 4 s.
func WithTimeout(d time.Duration) WriterOption { return func(w *Writer) { w.timeout = d } }

// unmetered is told in vain.
type unmetered struct{}

func (unmetered) Group(int, time.Duration) {}
func (unmetered) Busy()                    {}
