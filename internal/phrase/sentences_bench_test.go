package phrase_test

import "testing"

// BenchmarkRead reads the development sentences in turn; "of-goal" compares the
// time of one with the 200 µs that are aimed at.
func BenchmarkRead(b *testing.B) {
	r, sentences := fixture(b), rows(b, "dev.tsv")
	r.Read("bonjour") // the lexicon is loaded once
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Read(sentences[i%len(sentences)].text)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/200, "of-goal")
}

// BenchmarkLongest reads as long a text as is read, full of slips; "of-goal" is as
// above.
func BenchmarkLongest(b *testing.B) {
	r, text := fixture(b), ""
	for len(text) < 480 {
		text += "ajutre l'alais xyzzy "
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Read(text)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/200, "of-goal")
}
