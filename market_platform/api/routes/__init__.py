"""Routes, one module a subject: what is asked is read here, the work lies in the engines and stores."""
