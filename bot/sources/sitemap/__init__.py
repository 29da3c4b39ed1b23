"""What a site says of its own pages: its sitemap, else its feed."""
