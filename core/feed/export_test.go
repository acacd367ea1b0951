package feed

// WithPages makes the pages small, so that tests with few rows take all the ways there are.
func WithPages(batch, page, snapshot int) Option {
	return func(f *Feed) { f.batch, f.page, f.snapshot = batch, page, snapshot }
}
