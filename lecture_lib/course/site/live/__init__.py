"""Pictures that answer: a script draws them in the page, from numbers that the library computed."""
