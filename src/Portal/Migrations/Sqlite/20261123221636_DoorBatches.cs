using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pirogov.Portal.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class DoorBatches : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Door",
                table: "archive_batch",
                type: "TEXT",
                maxLength: 20,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Door",
                table: "archive_batch");
        }
    }
}
