"""What pictures are drawn on and with: shapes, colors, glyphs, axes; SVG and PNG."""
