package file

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"parley/core"
)

// Limits of what a bucket is asked.
const (
	bucketTries = 3
	dialTime    = 5 * time.Second
	answerTime  = 20 * time.Second // until the first byte of an answer
	putTime     = 90 * time.Second
	openTime    = 5 * time.Minute // for all that is read of one file
	removeTime  = 30 * time.Second
)

// Bucket is one of S3, or of what speaks like it.
type Bucket struct {
	Endpoint  string // HOST or HOST:PORT
	Secure    bool   // https
	Region    string
	Name      string
	Prefix    string // of all names in it, with its slash; "": none
	AccessKey string
	SecretKey core.Secret

	Transport http.RoundTripper // nil: of its own
}

// NewBucket keeps bytes in a bucket, which many nodes may share. What is on its way there lies in a folder of this machine until it is whole.
// Nothing is asked of the bucket yet.
func NewBucket(b Bucket, path string) (*Store, error) {
	if b.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DialContext = (&net.Dialer{Timeout: dialTime}).DialContext
		t.ResponseHeaderTimeout = answerTime
		t.MaxIdleConnsPerHost = 16
		t.DisableCompression = true
		b.Transport = t
	}
	client, err := minio.New(b.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey.Reveal(), ""), Secure: b.Secure, Region: b.Region, Transport: b.Transport,
		MaxRetries: bucketTries,
	})
	if err != nil {
		return nil, err
	}
	parts, err := openFolder(path)
	if err != nil {
		return nil, err
	}
	return &Store{&bucket{client, b.Name, b.Prefix, parts}}, nil
}

// bucket is a shelf in S3.
type bucket struct {
	client       *minio.Client
	name, prefix string
	parts        *folder
}

// Close lets the folder of what is on its way go.
func (b *bucket) Close() error { return b.parts.Close() }

// Sweep removes what was on its way. In the bucket nothing is ever unfinished: a file goes there in one request.
func (b *bucket) Sweep(before time.Time) error { return b.parts.Sweep(before) }

// Check asks for the bucket.
func (b *bucket) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	there, err := b.client.BucketExists(ctx, b.name)
	if err == nil && !there {
		err = errors.New("there is no such bucket")
	}
	if err != nil {
		return broken("Check", err)
	}
	return nil
}

// Put gathers what comes before it sends: the bucket wants to know the size, and is not to get what turns out too large.
func (b *bucket) Put(ctx context.Context, key string, r io.Reader) (kept Kept, err error) {
	if _, _, err := place(key); err != nil {
		return Kept{}, err
	}
	part, kept, err := b.parts.part(ctx, key, r)
	if err != nil {
		return Kept{}, err
	}
	defer func() { err = errors.Join(err, b.parts.root.Remove(part)) }()
	from, err := b.parts.root.Open(part)
	if err != nil {
		return Kept{}, broken("Put", err)
	}
	defer from.Close() //nolint:errcheck // was only read
	ctx, cancel := context.WithTimeout(ctx, putTime)
	defer cancel()
	options := minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true}
	if _, err := b.client.PutObject(ctx, b.name, b.prefix+key, from, kept.Size, options); err != nil {
		return Kept{}, broken("Put", err)
	}
	return kept, nil
}

// Open asks whether the bytes are there, and gets them when they are read.
func (b *bucket) Open(key string) (io.ReadSeekCloser, error) {
	if _, _, err := place(key); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), openTime)
	object, err := b.client.GetObject(ctx, b.name, b.prefix+key, minio.GetObjectOptions{})
	if err == nil {
		if _, err = object.Stat(); err != nil {
			err = errors.Join(err, object.Close())
		}
	}
	if err != nil {
		cancel()
		if gone(err) && b.Check(context.Background()) == nil { // a bucket that is gone is answered alike
			return nil, &core.Error{Op: "file.Open", Kind: core.NotFound, Err: err}
		}
		return nil, broken("Open", err)
	}
	return opened{object, cancel}, nil
}

// opened is an object with the limit of its time.
type opened struct {
	*minio.Object
	cancel context.CancelFunc
}

func (o opened) Close() error {
	o.cancel()
	return o.Object.Close()
}

// Remove removes an object.
func (b *bucket) Remove(key string) error {
	if _, _, err := place(key); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), removeTime)
	defer cancel()
	if err := b.client.RemoveObject(ctx, b.name, b.prefix+key, minio.RemoveObjectOptions{}); err != nil && !gone(err) {
		return broken("Remove", err)
	}
	return nil
}

// gone tells whether an error says that there is no such object. That there is no such bucket is an outage.
func gone(err error) bool {
	e, ok := errors.AsType[minio.ErrorResponse](err)
	return ok && e.Code == minio.NoSuchKey
}
