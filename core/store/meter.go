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

// unmetered is told in vain.
type unmetered struct{}

func (unmetered) Group(int, time.Duration) {}
func (unmetered) Busy()                    {}
