"""The course's own tools: find its folders, run its notebooks, renew their outputs, check everything."""
