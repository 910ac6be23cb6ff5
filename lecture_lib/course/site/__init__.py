"""The course as web pages that need no kernel and no network: `python -m lecture_lib site`."""
